using System.Buffers.Binary;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Cuts the frames of a server out of received bytes (RFC 6455; a server's frames are not masked).</summary>
internal static class FrameReader
{
    public const int Text = 1;
    public const int Close = 8;
    public const int Ping = 9;

    private const int FinalBit = 0x80;

    /// <summary>Reads one whole frame; false when more bytes are needed.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, out int operation, out ReadOnlySpan<byte> payload, out int consumed)
    {
        operation = 0;
        payload = default;
        consumed = 0;
        if (bytes.Length < 2) return false;

        if ((bytes[0] & FinalBit) == 0) throw new LoadException("A frame in pieces, which no server here needs to send.");
        var (head, length) = (2, (long)bytes[1]);
        if (length == 126)
        {
            if (bytes.Length < 4) return false;
            (head, length) = (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
        }
        else if (length == 127)
        {
            if (bytes.Length < 10) return false;
            (head, length) = (10, BinaryPrimitives.ReadInt64BigEndian(bytes[2..]));
        }

        if (bytes.Length < head + length) return false;
        operation = bytes[0] & 0x0F;
        payload = bytes.Slice(head, (int)length);
        consumed = head + (int)length;
        return true;
    }
}
