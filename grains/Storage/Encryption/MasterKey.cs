using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// The key of all keys. It only wraps the store's data key, so that changing it means wrapping that one key anew,
/// and so that a key that never leaves a vault can take its place.
/// </summary>
internal sealed class MasterKey
{
    public const int Size = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] secret;

    public MasterKey(byte[] secret)
    {
        this.secret = secret;
        Id = IdOf(secret);
    }

    /// <summary>Names the key without telling it: 16 hex digits derived from it.</summary>
    public string Id { get; }

    public static MasterKey Create() => new(RandomNumberGenerator.GetBytes(Size));

    /// <returns>nonce (12 bytes), tag (16), the encrypted key.</returns>
    public byte[] Wrap(ReadOnlySpan<byte> key)
    {
        var wrapped = new byte[NonceSize + TagSize + key.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceSize));
        using var aes = new AesGcm(secret, TagSize);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceSize),
            key,
            wrapped.AsSpan(NonceSize + TagSize),
            wrapped.AsSpan(NonceSize, TagSize),
            Encoding.UTF8.GetBytes(Id));
        return wrapped;
    }

    /// <exception cref="CryptographicException">It was not wrapped with this key, or was altered.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < NonceSize + TagSize)
            throw new CryptographicException("A wrapped key is too short.");
        var key = new byte[wrapped.Length - NonceSize - TagSize];
        using var aes = new AesGcm(secret, TagSize);
        aes.Decrypt(
            wrapped[..NonceSize],
            wrapped[(NonceSize + TagSize)..],
            wrapped.Slice(NonceSize, TagSize),
            key,
            Encoding.UTF8.GetBytes(Id));
        return key;
    }

    /// <summary>The key as its file holds it; see <see cref="MasterKeyFile"/>.</summary>
    public string ToSecretText() => Convert.ToBase64String(secret);

    private static string IdOf(byte[] secret)
    {
        Span<byte> id = stackalloc byte[8];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, id, salt: [], info: "vaultrice master key id"u8);
        return Convert.ToHexStringLower(id);
    }
}
