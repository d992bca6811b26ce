using Vaultrice.Gateway.RealTime;

namespace Vaultrice.Fuzz.Sockets;

/// <summary>
/// The reader of WebSocket frames: never throws, hands out what the model does however the bytes are split, nothing above its
/// limit, and holds nothing when nothing is unfinished. An input is read as the bytes of a stream, and as a script of valid ones.
/// </summary>
internal static class SocketFrameTarget
{
    private const int MaxControlBytes = 125;
    private const int SmallLimit = 300;

    // More than a length of two bytes can say, and than the reader's first buffers hold.
    private const int LargeLimit = 70_000;

    private static readonly byte[][] Scripts =
    [
        [0, 0, 5, 0, 0, 1, 2, 3],
        [1, 0, 200, 9, 3, 1, 9, 9, 1, 1, 20, 4],
        [0, 1, 0, 0, 0, 1, 1, 1, 0, 5, 1, 0, 2],
    ];

    // Two fragments that fit, of a message that does not.
    private static readonly byte[] TooMuch = [0x01, 0xFE, 0, 200, .. new byte[4 + 200], 0x80, 0xFE, 0, 101, .. new byte[4 + 101]];

    public static readonly FuzzTarget Target = new(
        "socket-frames",
        [.. Scripts, .. Scripts.Select(static script => FrameScript.Write(script, SmallLimit).Stream), TooMuch, [0x88, 0x82, 0, 0, 0, 0, 3, 0xE8]],
        [
            [0x81], [0x01], [0x80], [0x00], [0x82], [0x88], [0x89], [0x8A], [0xC1], [0x8B], [0xFE], [0xFF], [0xFD],
            [0x81, 0x80, 0, 0, 0, 0], [0x01, 0x81, 1, 2, 3, 4, 5], [0x80, 0x81, 1, 2, 3, 4, 5], [0x89, 0x80, 1, 2, 3, 4],
            [0x81, 0xFE, 0x01, 0x2C, 0, 0, 0, 0], [0x81, 0xFE, 0x01, 0x2D, 0, 0, 0, 0], [0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x01, 0xFF, 0, 0, 0, 0, 0, 0, 0, 2], [0x02, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
        ],
        Run);

    private static int Run(byte[] data)
    {
        var random = new SplitMix(Hash(data));
        // Large ones are slow.
        var limit = random.Below(16) == 0 ? LargeLimit : SmallLimit;
        var expected = FrameModel.Read(data, limit);
        foreach (var largest in (ReadOnlySpan<int>)[int.MaxValue, 1, 16])
            Check(data, limit, largest, random, expected);

        var (stream, frames) = FrameScript.Write(data.AsSpan(0, Math.Min(data.Length, 64)), limit);
        var written = new FrameModel(frames, null, IsIdle: true);
        foreach (var largest in (ReadOnlySpan<int>)[int.MaxValue, 40, 9_000])
            Check(stream, limit, largest, random, written);

        return (Math.Min(expected.Frames.Count, 8) * 16) + (expected.Violation?.Code % 8 * 2 ?? 0) + (expected.IsIdle ? 1 : 0);
    }

    private static void Check(ReadOnlySpan<byte> stream, int limit, int largestPiece, SplitMix random, FrameModel expected)
    {
        var reader = new FrameReader(limit);
        var frames = new List<ModelFrame>();
        CloseReason? violation = null;
        while (!stream.IsEmpty && violation is null)
        {
            var piece = stream[..Math.Min(stream.Length, largestPiece == int.MaxValue ? stream.Length : 1 + random.Below(largestPiece))];
            var memory = reader.GetMemory();
            Demand.That(!memory.IsEmpty, "there is no room for more bytes");
            // Pools hand out the next power of two.
            Demand.That(memory.Length <= 2 * (limit + (8 * 1024)), "the buffer grows beyond the largest frame");
            piece = piece[..Math.Min(piece.Length, memory.Length)];
            piece.CopyTo(memory.Span);
            reader.Filled(piece.Length);
            stream = stream[piece.Length..];
            while (reader.TryRead(out var frame, out violation))
            {
                Demand.That(frame.Payload.Length <= (frame.Opcode < Opcode.Close ? limit : MaxControlBytes), "too large a message passed");
                frames.Add(new((int)frame.Opcode, frame.Payload.ToArray()));
            }
        }
        Demand.That(frames.SequenceEqual(expected.Frames), "the frames differ from the model's");
        Demand.That(violation == expected.Violation, "the violation differs from the model's");
        Demand.That(violation is not null || reader.IsIdle == expected.IsIdle, "the reader is idle when it should not be, or is not when it should");
        reader.Release();
    }

    private static ulong Hash(ReadOnlySpan<byte> data)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in data)
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
