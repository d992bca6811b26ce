using System.Buffers;
using System.Buffers.Binary;

namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// Reads a client's WebSocket frames (RFC 6455) from bytes as they arrive. Holds a buffer only while something unfinished is
/// in it, which is what keeps an idle socket small; fragments are put together up to a limit.
/// </summary>
/// <param name="maxMessageBytes">The largest message, fragments together.</param>
internal sealed class FrameReader(int maxMessageBytes)
{
    private const int ReadBytes = 4 * 1024;
    private const int MaxHeaderBytes = 14;
    private const int MaxControlBytes = 125;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private byte[]? _message;
    private int _messageLength;
    private Opcode _messageType;
    private bool _inMessage;

    /// <summary>Whether nothing unfinished is held.</summary>
    public bool IsIdle => _buffer is null && !_inMessage;

    /// <summary>Where the next bytes go; follow with <see cref="Filled"/>.</summary>
    public Memory<byte> GetMemory()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        }
        else if (_end == _buffer.Length)
        {
            // The frame at hand does not fit: move it to the front of a buffer that takes the largest one.
            var larger = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 4, maxMessageBytes + MaxHeaderBytes + ReadBytes));
            _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
            _end -= _start;
            _start = 0;
            if (larger != _buffer)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsMemory(_end);
    }

    /// <summary>Bytes were put where <see cref="GetMemory"/> said.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Takes the next whole message or control frame.</summary>
    /// <param name="frame">The frame; its payload is valid until the next call.</param>
    /// <param name="violation">Set when the peer breaks the protocol: close with it.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryRead(out ReceivedFrame frame, out CloseReason? violation)
    {
        frame = default;
        violation = null;
        while (_buffer is not null)
        {
            var input = _buffer.AsSpan(_start, _end - _start);
            if (!TryReadHeader(input, out var header, out violation))
            {
                if (input.IsEmpty)
                    Release();
                return false;
            }
            if (input.Length < header.Length + header.PayloadLength)
                return false;
            var payload = _buffer.AsMemory(_start + header.Length, (int)header.PayloadLength);
            Unmask(payload.Span, input[(header.Length - 4)..header.Length]);
            _start += header.Length + payload.Length;
            if (header.Opcode >= Opcode.Close)
            {
                frame = new(header.Opcode, payload);
                return true;
            }
            if (header.IsFinal && !_inMessage)
            {
                frame = new(header.Opcode, payload);
                return true;
            }
            Append(header, payload.Span);
            if (header.IsFinal)
            {
                _inMessage = false;
                frame = new(_messageType, _message.AsMemory(0, _messageLength));
                return true;
            }
        }
        return false;
    }

    /// <summary>Gives back what is held.</summary>
    public void Release()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
        if (!_inMessage && _message is not null)
        {
            ArrayPool<byte>.Shared.Return(_message);
            _message = null;
        }
    }

    private bool TryReadHeader(ReadOnlySpan<byte> input, out FrameHeader header, out CloseReason? violation)
    {
        header = default;
        violation = null;
        if (input.Length < 2)
            return false;
        var isFinal = (input[0] & 0x80) != 0;
        var opcode = (Opcode)(input[0] & 0x0F);
        var isControl = opcode >= Opcode.Close;
        var shortLength = input[1] & 0x7F;
        if ((input[0] & 0x70) != 0 // no extension was agreed on
            || (input[1] & 0x80) == 0 // clients must mask
            || !Enum.IsDefined(opcode)
            || (isControl && (!isFinal || shortLength > MaxControlBytes))
            || (!isControl && (opcode == Opcode.Continuation) != _inMessage))
        {
            violation = CloseReason.ProtocolError;
            return false;
        }
        var lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
        if (input.Length < 2 + lengthBytes + 4)
            return false;
        var length = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(input[2..]),
            8 => BinaryPrimitives.ReadUInt64BigEndian(input[2..]),
            _ => (ulong)shortLength,
        };
        if (length > (ulong)(maxMessageBytes - (_inMessage && !isControl ? _messageLength : 0)))
        {
            violation = CloseReason.MessageTooBig;
            return false;
        }
        header = new(isFinal, opcode, 2 + lengthBytes + 4, (long)length);
        return true;
    }

    private void Append(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!_inMessage)
        {
            _inMessage = true;
            _messageType = header.Opcode;
            _messageLength = 0;
        }
        var needed = _messageLength + payload.Length;
        if (_message is null || _message.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 256));
            if (_message is not null)
            {
                _message.AsSpan(0, _messageLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_message);
            }
            _message = larger;
        }
        payload.CopyTo(_message.AsSpan(_messageLength));
        _messageLength = needed;
    }

    private static void Unmask(Span<byte> payload, ReadOnlySpan<byte> mask)
    {
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i & 3];
    }

    private readonly record struct FrameHeader(bool IsFinal, Opcode Opcode, int Length, long PayloadLength);
}

/// <summary>A whole message or control frame from a client.</summary>
internal readonly record struct ReceivedFrame(Opcode Opcode, ReadOnlyMemory<byte> Payload);
