using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// Nonces that never repeat: a 96-bit counter with a random start at each opening of the store. An object's revisions would not do:
/// they start again once an object has expired, and come again after a failed commit. Used by one thread at a time.
/// </summary>
internal sealed class NonceSequence
{
    public const int Size = 12;

    private ulong high;
    private uint low;

    public NonceSequence()
    {
        Span<byte> start = stackalloc byte[Size];
        RandomNumberGenerator.Fill(start);
        high = BinaryPrimitives.ReadUInt64BigEndian(start);
        low = BinaryPrimitives.ReadUInt32BigEndian(start[sizeof(ulong)..]);
    }

    public void Next(Span<byte> nonce)
    {
        if (++low == 0)
            high++;
        BinaryPrimitives.WriteUInt64BigEndian(nonce, high);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[sizeof(ulong)..], low);
    }
}
