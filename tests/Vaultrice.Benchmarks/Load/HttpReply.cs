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

    /// <summary>Moves the chunks together, once the last one is there.</summary>
    private static bool TryJoinChunks(Span<byte> bytes, out int joined)
    {
        joined = 0;
        if (!bytes.EndsWith("0\r\n\r\n"u8)) return false;

        var from = 0;
        while (Utf8Parser.TryParse(bytes[from..], out int length, out var digits, 'x') && length > 0)
        {
            from += digits + 2;
            if (from + length > bytes.Length) return false;
            bytes.Slice(from, length).CopyTo(bytes[joined..]);
            joined += length;
            from += length + 2;
        }

        return true;
    }
}
