using System.Security.Cryptography;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// Encrypts and decrypts the records of one object or grain state with AES-256-GCM.
/// A record is: version (1 byte), nonce (12), tag (16), ciphertext. Used by one thread at a time.
/// </summary>
internal sealed class RecordCipher(ReadOnlySpan<byte> key, byte[] scope) : IDisposable
{
    /// <summary>How many bytes longer a record is than what it holds.</summary>
    public const int Overhead = 1 + NonceSequence.Size + TagSize;

    private const byte Version = 1;
    private const int TagSize = 16;
    private const int OnStack = 2048;

    private readonly AesGcm aes = new(key, TagSize);

    /// <param name="record">Receives the record; <see cref="Overhead"/> longer than <paramref name="plain"/>.</param>
    public void Seal(NonceSequence nonces, in RecordBinding binding, ReadOnlySpan<byte> plain, Span<byte> record)
    {
        var size = binding.SizeWith(scope);
        var associated = size <= OnStack ? stackalloc byte[OnStack] : new byte[size];
        binding.Write(scope, associated);
        record[0] = Version;
        var nonce = record.Slice(1, NonceSequence.Size);
        nonces.Next(nonce);
        aes.Encrypt(nonce, plain, record[Overhead..], record.Slice(1 + NonceSequence.Size, TagSize), associated[..size]);
    }

    /// <summary>What the record holds, or null if it was altered or belongs elsewhere.</summary>
    public byte[]? Open(in RecordBinding binding, ReadOnlySpan<byte> record)
    {
        if (record.Length < Overhead || record[0] != Version)
            return null;
        var size = binding.SizeWith(scope);
        var associated = size <= OnStack ? stackalloc byte[OnStack] : new byte[size];
        binding.Write(scope, associated);
        var plain = new byte[record.Length - Overhead];
        try
        {
            aes.Decrypt(
                record.Slice(1, NonceSequence.Size),
                record[Overhead..],
                record.Slice(1 + NonceSequence.Size, TagSize),
                plain,
                associated[..size]);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => aes.Dispose();
}
