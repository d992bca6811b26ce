using System.Security.Cryptography;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>A key on one of the NIST curves; takes signatures as DER and as the two numbers side by side (IEEE P1363).</summary>
internal sealed class EcSignatureKey : SignatureKey
{
    private const byte DerSequence = 0x30;

    private readonly Lock _lock = new();
    private readonly ECDsa _key = ECDsa.Create();
    private readonly HashAlgorithmName _hash;
    private readonly int _numberBytes;

    public EcSignatureKey(byte[] publicKey, ECCurve curve, HashAlgorithmName hash)
    {
        _hash = hash;
        _key.ImportSubjectPublicKeyInfo(publicKey, out var read);
        var given = _key.ExportParameters(includePrivateParameters: false).Curve;
        if (read != publicKey.Length || !given.IsNamed || given.Oid.Value != curve.Oid.Value)
            throw new CryptographicException($"The key must be on the curve {curve.Oid.FriendlyName}.");
        _numberBytes = (_key.KeySize + 7) / 8;
    }

    public override bool Fits(ReadOnlySpan<byte> signature) => IsP1363(signature) || IsDer(signature);

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // The framework promises nothing for one key used by two threads.
        lock (_lock)
        {
            // A signature may have the form of both.
            return (IsP1363(signature) && Verify(data, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
                || (IsDer(signature) && Verify(data, signature, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    private bool IsP1363(ReadOnlySpan<byte> signature) => signature.Length == 2 * _numberBytes;

    private bool IsDer(ReadOnlySpan<byte> signature) => signature is [DerSequence, ..] && signature.Length <= 2 * _numberBytes + 9;

    private bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            return _key.VerifyData(data, signature, _hash, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
