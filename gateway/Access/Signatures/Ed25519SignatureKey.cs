using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Org.BouncyCastle.Security;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>An Ed25519 key; of BouncyCastle, because .NET 10 has none.</summary>
internal sealed class Ed25519SignatureKey : SignatureKey
{
    private readonly byte[] _key;

    public Ed25519SignatureKey(byte[] publicKey)
    {
        try
        {
            _key = PublicKeyFactory.CreateKey(publicKey) is Ed25519PublicKeyParameters key ? key.GetEncoded() : [];
        }
#pragma warning disable CA1031 // The library throws many kinds of exceptions for what is no key; all mean the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new CryptographicException("The public key cannot be read.", e);
        }
        // Keys of small order would let anybody sign.
        if (_key.Length == 0 || !Ed25519.ValidatePublicKeyFull(_key, 0))
            throw new CryptographicException("The key must be an Ed25519 key.");
    }

    public override bool Fits(ReadOnlySpan<byte> signature) => signature.Length == Ed25519.SignatureSize;

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Fits(signature) && Ed25519.Verify(signature.ToArray(), 0, _key, 0, data.ToArray(), 0, data.Length);
}
