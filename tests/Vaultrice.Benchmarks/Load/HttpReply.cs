using System.Buffers.Text;
using System.Text;

namespace Vaultrice.Benchmarks.Load;

/// <summary>A reply, as little of it as the load needs. The body is valid until the connection's next call.</summary>
internal readonly record struct HttpReply(int Status, ReadOnlyMemory<byte> Body)
{
    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Reads a whole reply from the start of the buffer; false when more bytes are needed.</summary>
    public static bool TryRead(Memory<byte> buffer, out HttpReply reply)
    {
        reply = default;
        var bytes = buffer.Span;
        var headLength = bytes.IndexOf(EndOfHead) + EndOfHead.Length;
        if (headLength < EndOfHead.Length) return false;

        var head = bytes[..headLength];
        if (!Utf8Parser.TryParse(head[9..], out int status, out _)) throw new LoadException("Not an HTTP/1.1 reply.");
        if (status is 101 or 204)
        {
            reply = new HttpReply(status, default);
            return true;
        }

        if (TryFindHeader(head, "\r\nContent-Length: "u8, out var value))
        {
            if (!Utf8Parser.TryParse(value, out int length, out _)) throw new LoadException("A Content-Length that is no number.");
            if (bytes.Length < headLength + length) return false;
            reply = new HttpReply(status, buffer.Slice(headLength, length));
            return true;
        }

        if (!TryFindHeader(head, "\r\nTransfer-Encoding: "u8, out _)) throw new LoadException("A reply of unknown length.");
        if (!TryJoinChunks(bytes[headLength..], out var joined)) return false;
        reply = new HttpReply(status, buffer.Slice(headLength, joined));
        return true;
    }

    private static bool TryFindHeader(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var at = head.IndexOf(name);
        value = at < 0 ? default : head[(at + name.Length)..];
        return at >= 0;
    }

    /// <summary>Moves the chunks together, once the last one is there; until then nothing is touched.</summary>
    private static bool TryJoinChunks(Span<byte> bytes, out int joined)
    {
        joined = 0;
        var from = 0;
        while (TryReadChunk(bytes, ref from, out var length) && length > 0) from += length + 2;
        if (!bytes[..Math.Min(from + 2, bytes.Length)].EndsWith("0\r\n\r\n"u8)) return false;

        for (from = 0; TryReadChunk(bytes, ref from, out var length) && length > 0; from += length + 2)
        {
            bytes.Slice(from, length).CopyTo(bytes[joined..]);
            joined += length;
        }

        return true;
    }

    /// <summary>Reads a chunk's length and moves on to its data.</summary>
    private static bool TryReadChunk(ReadOnlySpan<byte> bytes, ref int from, out int length)
    {
        length = 0;
        if (from >= bytes.Length || !Utf8Parser.TryParse(bytes[from..], out length, out var digits, 'x')) return false;
        from += digits + 2;
        return true;
    }
}
