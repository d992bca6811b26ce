using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>A shared secret, used with HMAC-SHA256; the key is the secret's UTF-8 bytes.</summary>
internal sealed class HmacSignatureKey : SignatureKey
{
    private readonly byte[] _secret;

    public HmacSignatureKey(string? secret)
    {
        if (string.IsNullOrEmpty(secret))
            throw new CryptographicException("The secret is missing.");
        _secret = Encoding.UTF8.GetBytes(secret);
    }

    public override bool Fits(ReadOnlySpan<byte> signature) => signature.Length == HMACSHA256.HashSizeInBytes;

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, data, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }
}
