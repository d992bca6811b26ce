using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>EMSA-PSS (RFC 8017, 9.1.2) with SHA-256, MGF1 with SHA-256, and the longest salt that there is room for.</summary>
internal static class LongestSaltPss
{
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const byte Trailer = 0xbc;

    /// <summary>Whether an encoded message is one of this data. Everything here is public, so time may tell what it wants.</summary>
    /// <param name="data">What is signed.</param>
    /// <param name="encoded">What the signature stands for: as many bytes as <paramref name="bits"/> take. Is overwritten.</param>
    /// <param name="bits">One less than the modulus has.</param>
    public static bool IsEncodingOf(ReadOnlySpan<byte> data, Span<byte> encoded, int bits)
    {
        var unused = 8 * encoded.Length - bits;
        var block = encoded[..(encoded.Length - HashBytes - 1)];
        var hash = encoded.Slice(block.Length, HashBytes);
        if (encoded[^1] != Trailer || block[0] >> (8 - unused) != 0)
            return false;
        Unmask(block, hash);
        block[0] &= (byte)(0xff >> unused);
        // A shorter salt would have zeros before the one.
        if (block[0] != 1)
            return false;
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(new byte[8]);
        sha.AppendData(SHA256.HashData(data));
        sha.AppendData(block[1..]);
        return hash.SequenceEqual(sha.GetHashAndReset());
    }

    /// <summary>Takes away what MGF1 makes of the hash.</summary>
    private static void Unmask(Span<byte> block, ReadOnlySpan<byte> hash)
    {
        Span<byte> seed = stackalloc byte[HashBytes + sizeof(uint)];
        Span<byte> mask = stackalloc byte[HashBytes];
        hash.CopyTo(seed);
        for (var i = 0; i < block.Length; i++)
        {
            if (i % HashBytes == 0)
            {
                BinaryPrimitives.WriteUInt32BigEndian(seed[HashBytes..], (uint)(i / HashBytes));
                SHA256.HashData(seed, mask);
            }
            block[i] ^= mask[i % HashBytes];
        }
    }
}
