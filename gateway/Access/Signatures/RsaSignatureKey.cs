using System.Numerics;
using System.Security.Cryptography;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>
/// An RSA key, used with SHA-256 and one padding. PSS is taken with a salt as long as the hash, as JWA wants it, and with the
/// longest one, which OpenSSL and Node make when nothing else is said.
/// </summary>
internal sealed class RsaSignatureKey : SignatureKey
{
    public const int MinBits = 2_048;
    public const int MaxBits = 4_096;

    // Verifying costs as much as the exponent is long; nobody has one beyond 65,537.
    private const int MaxExponentBytes = 4;

    private readonly Lock _lock = new();
    private readonly RSA _key = RSA.Create();
    private readonly RSASignaturePadding _padding;
    private readonly BigInteger _modulus;
    private readonly BigInteger _exponent;

    public RsaSignatureKey(byte[] publicKey, RSASignaturePadding padding)
    {
        _padding = padding;
        _key.ImportSubjectPublicKeyInfo(publicKey, out var read);
        if (read != publicKey.Length || _key.KeySize is < MinBits or > MaxBits)
            throw new CryptographicException($"An RSA key must have {MinBits} to {MaxBits} bits.");
        var numbers = _key.ExportParameters(includePrivateParameters: false);
        _modulus = new(numbers.Modulus, isUnsigned: true, isBigEndian: true);
        _exponent = new(numbers.Exponent, isUnsigned: true, isBigEndian: true);
        if (_exponent.GetByteCount(isUnsigned: true) > MaxExponentBytes || _exponent.IsEven || _exponent.IsOne || _modulus.IsEven)
            throw new CryptographicException("An RSA key must have an odd modulus and an odd exponent of at most 32 bits, which is not 1.");
    }

    public override bool Fits(ReadOnlySpan<byte> signature) => signature.Length == (_key.KeySize + 7) / 8;

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!Fits(signature))
            return false;
        // The framework promises nothing for one key used by two threads.
        lock (_lock)
        {
            if (_key.VerifyData(data, signature, HashAlgorithmName.SHA256, _padding))
                return true;
        }
        return _padding == RSASignaturePadding.Pss && VerifyLongestSalt(data, signature);
    }

    /// <summary>
    /// The framework verifies PSS with salts as long as the hash only, and BouncyCastle looks for factors of the modulus first,
    /// which takes it a tenth of a second.
    /// </summary>
    private bool VerifyLongestSalt(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var number = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        if (number >= _modulus)
            return false;
        var encoded = BigInteger.ModPow(number, _exponent, _modulus);
        var bits = (int)_modulus.GetBitLength() - 1;
        var bytes = (bits + 7) / 8;
        var length = encoded.GetByteCount(isUnsigned: true);
        if (length > bytes)
            return false;
        // As long as the encoding is: with the zeros that the number has lost.
        var message = new byte[bytes];
        encoded.TryWriteBytes(message.AsSpan(bytes - length), out _, isUnsigned: true, isBigEndian: true);
        return LongestSaltPss.IsEncodingOf(data, message, bits);
    }
}
