using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>
/// An RSA key, used with SHA-256 and one padding. PSS is taken with a salt as long as the hash, as JWA wants it, and with the
/// longest one, which OpenSSL and Node make when nothing else is said.
/// </summary>
internal sealed class RsaSignatureKey : SignatureKey
{
    private const int MinBits = 2_048;
    private const int MaxBits = 8_192;

    private readonly Lock _lock = new();
    private readonly RSA _key = RSA.Create();
    private readonly RSASignaturePadding _padding;
    private readonly RsaKeyParameters? _longestSalt;

    public RsaSignatureKey(byte[] publicKey, RSASignaturePadding padding)
    {
        _padding = padding;
        _key.ImportSubjectPublicKeyInfo(publicKey, out var read);
        if (read != publicKey.Length || _key.KeySize is < MinBits or > MaxBits)
            throw new CryptographicException($"An RSA key must have {MinBits} to {MaxBits} bits.");
        if (padding == RSASignaturePadding.Pss)
            _longestSalt = PublicKeyFactory.CreateKey(publicKey) as RsaKeyParameters;
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != (_key.KeySize + 7) / 8)
            return false;
        // The framework promises nothing for one key used by two threads.
        lock (_lock)
        {
            if (_key.VerifyData(data, signature, HashAlgorithmName.SHA256, _padding))
                return true;
        }
        return _longestSalt is not null && VerifyLongestSalt(_longestSalt, data, signature);
    }

    /// <summary>The framework verifies PSS with salts as long as the hash only.</summary>
    private static bool VerifyLongestSalt(RsaKeyParameters key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // What is no number below the modulus is no signature, and the library throws for it.
        if (new BigInteger(1, signature).CompareTo(key.Modulus) >= 0)
            return false;
        var encodedBytes = (key.Modulus.BitLength - 1 + 7) / 8;
        var verifier = new PssSigner(new RsaEngine(), new Sha256Digest(), encodedBytes - SHA256.HashSizeInBytes - 2);
        verifier.Init(forSigning: false, key);
        verifier.BlockUpdate(data);
        return verifier.VerifySignature(signature.ToArray());
    }
}
