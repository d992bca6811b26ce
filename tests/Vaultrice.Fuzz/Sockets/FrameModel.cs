using System.Buffers.Binary;
using Vaultrice.Gateway.RealTime;

namespace Vaultrice.Fuzz.Sockets;

/// <summary>A message or control frame.</summary>
internal sealed record ModelFrame(int Opcode, byte[] Payload)
{
    public bool Equals(ModelFrame? other) => other is not null && Opcode == other.Opcode && Payload.AsSpan().SequenceEqual(other.Payload);

    public override int GetHashCode() => HashCode.Combine(Opcode, Payload.Length);
}

/// <summary>What a stream of frames must come to: read in one piece, without a thought for speed.</summary>
/// <param name="Frames">The messages and control frames.</param>
/// <param name="Violation">What ends the stream, or null.</param>
/// <param name="IsIdle">Whether nothing unfinished is left.</param>
internal sealed record FrameModel(List<ModelFrame> Frames, CloseReason? Violation, bool IsIdle)
{
    public static FrameModel Read(ReadOnlySpan<byte> stream, int maxMessageBytes)
    {
        var frames = new List<ModelFrame>();
        List<byte>? fragments = null;
        var messageType = 0;
        while (stream.Length >= 2)
        {
            var isFinal = stream[0] >= 0x80;
            var opcode = stream[0] & 0x0F;
            var length = (ulong)(stream[1] & 0x7F);
            if ((stream[0] & 0x70) != 0 || stream[1] < 0x80 || !IsAllowed(opcode, isFinal, length, fragments is not null))
                return new(frames, CloseReason.ProtocolError, false);
            var header = length switch { 126 => 8, 127 => 14, _ => 6 };
            if (stream.Length < header)
                break;
            if (header == 8)
                length = BinaryPrimitives.ReadUInt16BigEndian(stream[2..]);
            else if (header == 14)
                length = BinaryPrimitives.ReadUInt64BigEndian(stream[2..]);
            var before = opcode < 8 ? fragments?.Count ?? 0 : 0;
            if (length > (ulong)maxMessageBytes || before + (int)length > maxMessageBytes)
                return new(frames, CloseReason.MessageTooBig, false);
            if (stream.Length < header + (int)length)
                break;
            var payload = stream.Slice(header, (int)length).ToArray();
            for (var i = 0; i < payload.Length; i++)
                payload[i] ^= stream[header - 4 + (i % 4)];
            stream = stream[(header + payload.Length)..];
            if (opcode >= 8)
            {
                frames.Add(new(opcode, payload));
                continue;
            }
            if (fragments is null)
                messageType = opcode;
            fragments = [.. fragments ?? [], .. payload];
            if (!isFinal)
                continue;
            frames.Add(new(messageType, [.. fragments]));
            fragments = null;
        }
        return new(frames, null, stream.IsEmpty && fragments is null);
    }

    private static bool IsAllowed(int opcode, bool isFinal, ulong length, bool inMessage) => opcode switch
    {
        0 => inMessage,
        1 or 2 => !inMessage,
        8 or 9 or 10 => isFinal && length <= 125,
        _ => false,
    };
}
