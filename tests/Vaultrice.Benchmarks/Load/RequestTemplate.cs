using System.Text;

namespace Vaultrice.Benchmarks.Load;

/// <summary>An HTTP request formatted once; numbers are patched into it, call by call.</summary>
internal sealed class RequestTemplate
{
    private readonly byte[] _bytes;

    private RequestTemplate(string text) => _bytes = Encoding.UTF8.GetBytes(text);

    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <param name="path">Below the project, with its leading slash.</param>
    public static RequestTemplate Get(Target target, string path) => new(Head(target, "GET", path) + "\r\n");

    public static RequestTemplate Post(Target target, string path, string body) => new(
        Head(target, "POST", path) +
        $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Where a placeholder starts; it must occur exactly once.</summary>
    public int Find(string placeholder)
    {
        var bytes = Encoding.UTF8.GetBytes(placeholder);
        var at = _bytes.AsSpan().IndexOf(bytes);
        if (at < 0 || at != _bytes.AsSpan().LastIndexOf(bytes))
            throw new ArgumentException($"The request must hold '{placeholder}' once.", nameof(placeholder));
        return at;
    }

    public void WriteDigits(int at, int width, long value)
    {
        for (var i = at + width - 1; i >= at; i--, value /= 10) _bytes[i] = (byte)('0' + (value % 10));
    }

    private static string Head(Target target, string method, string path) =>
        $"{method} /project/{target.Project}{path} HTTP/1.1\r\nHost: {target.EndPoint}\r\nAuthorization: Bearer {target.Token}\r\n";
}
