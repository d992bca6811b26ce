using System.Buffers.Binary;

namespace Vaultrice.Fuzz.Sockets;

/// <summary>Makes valid frames out of any bytes: messages in fragments, control frames in between.</summary>
internal ref struct FrameScript(ReadOnlySpan<byte> script, int maxMessageBytes)
{
    private readonly List<byte> _stream = [];
    private readonly List<ModelFrame> _frames = [];
    private ReadOnlySpan<byte> _script = script;

    /// <summary>The bytes on the wire, and what must come out of them.</summary>
    public static (byte[] Stream, List<ModelFrame> Frames) Write(ReadOnlySpan<byte> script, int maxMessageBytes)
    {
        var writer = new FrameScript(script, maxMessageBytes);
        while (!writer._script.IsEmpty)
            writer.Message();
        return ([.. writer._stream], writer._frames);
    }

    private void Message()
    {
        var opcode = 1 + (Next() % 2);
        var payload = Payload(((Next() << 8) | Next()) % (maxMessageBytes + 1));
        var fragments = 1 + (Next() % 4);
        for (var i = 0; i < fragments; i++)
        {
            var piece = payload.AsSpan(payload.Length * i / fragments, (payload.Length * (i + 1) / fragments) - (payload.Length * i / fragments));
            Frame(i == 0 ? opcode : 0, i == fragments - 1, piece);
            if (i == fragments - 1)
                _frames.Add(new(opcode, payload));
            if (Next() % 3 == 1)
                Control();
        }
    }

    private void Control()
    {
        var opcode = 9 + (Next() % 2);
        var payload = Payload(Next() % 126);
        Frame(opcode, isFinal: true, payload);
        _frames.Add(new(opcode, payload));
    }

    private void Frame(int opcode, bool isFinal, ReadOnlySpan<byte> payload)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
        _stream.Add((byte)((isFinal ? 0x80 : 0) | opcode));
        _stream.Add((byte)(0x80 | payload.Length switch { <= 125 => payload.Length, <= 0xFFFF => 126, _ => 127 }));
        _stream.AddRange(payload.Length switch { <= 125 => [], <= 0xFFFF => length[6..], _ => length });
        ReadOnlySpan<byte> mask = [(byte)Next(), (byte)Next(), 0x5A, (byte)Next()];
        _stream.AddRange(mask);
        for (var i = 0; i < payload.Length; i++)
            _stream.Add((byte)(payload[i] ^ mask[i % 4]));
    }

    private byte[] Payload(int length)
    {
        var first = Next();
        var payload = new byte[length];
        for (var i = 0; i < length; i++)
            payload[i] = (byte)(first + (i * 31));
        return payload;
    }

    private int Next()
    {
        if (_script.IsEmpty)
            return 0;
        var next = _script[0];
        _script = _script[1..];
        return next;
    }
}
