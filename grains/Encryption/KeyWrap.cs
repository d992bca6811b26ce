using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Grains.Encryption;

/// <summary>
/// Keys wrapped by keys with AES-256-GCM: nonce (12 bytes), tag (16), the encrypted key (32), bound to what the key is for. Nonces
/// are random: a key wraps others rarely.
/// </summary>
internal static class KeyWrap
{
    public const int KeySize = 32;
    public const int Size = NonceSize + TagSize + KeySize;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeySize);

    public static byte[] Wrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> key, string purpose)
    {
        var wrapped = new byte[Size];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceSize));
        using var aes = new AesGcm(wrapping, TagSize);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceSize), key, wrapped.AsSpan(NonceSize + TagSize), wrapped.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        return wrapped;
    }

    /// <summary>The key, or null if it was altered, or wrapped by another key or for another purpose.</summary>
    public static byte[]? Unwrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> wrapped, string purpose)
    {
        if (wrapped.Length != Size)
            return null;
        var key = new byte[KeySize];
        using var aes = new AesGcm(wrapping, TagSize);
        try
        {
            aes.Decrypt(
                wrapped[..NonceSize], wrapped[(NonceSize + TagSize)..], wrapped.Slice(NonceSize, TagSize), key, Encoding.UTF8.GetBytes(purpose));
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
