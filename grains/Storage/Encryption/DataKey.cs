using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>The store's own random key, from which each object and each grain state gets a key of its own.</summary>
internal sealed class DataKey(byte[] secret)
{
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(32);

    public RecordCipher ForObject(string key) => For("object/" + key);

    public RecordCipher ForGrainState(string key) => For("state/" + key);

    private RecordCipher For(string scope)
    {
        var info = Encoding.UTF8.GetBytes(scope);
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info);
        var cipher = new RecordCipher(key, info);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
