using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>A bare TCP connection, for requests that no proper client sends.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly List<byte> _input = [];

    private RawHttp(TcpClient tcp) => _tcp = tcp;

    public Stream Stream => _tcp.GetStream();

    /// <summary>Connects.</summary>
    /// <param name="address">The server.</param>
    /// <param name="from">The address to come from; null for any.</param>
    public static async Task<RawHttp> Connect(Uri address, string? from = null)
    {
        var raw = new RawHttp(from is null ? new() : new(new IPEndPoint(IPAddress.Parse(from), 0)));
        await raw._tcp.ConnectAsync(address.Host, address.Port).Or("The server did not take the connection");
        return raw;
    }

    /// <summary>Sends a request on a connection of its own and reads one answer.</summary>
    public static async Task<Answer> Exchange(Uri address, string request)
    {
        using var raw = await Connect(address);
        await raw.Send(request);
        return await raw.Receive();
    }

    /// <summary>A request line and the usual headers; add more, then an empty line.</summary>
    public static string Head(string method, string target, params string[] headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {TestServer.Basic}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    /// <summary>Sends text, each character a byte.</summary>
    public async Task Send(string text)
    {
        try
        {
            await Stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().Or("The server did not take the bytes");
        }
        catch (IOException)
        {
            // Refused before all of it was sent: the answer is what counts.
        }
    }

    /// <summary>Reads an answer; its status is 0 when the server closed without one.</summary>
    public async Task<Answer> Receive()
    {
        var head = await ReadUntil("\r\n\r\n");
        if (head is null)
            return new(0, new Dictionary<string, string>(), "");
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines.Skip(1).ToDictionary(
            line => line[..line.IndexOf(':')].ToLowerInvariant(), line => line[(line.IndexOf(':') + 1)..].Trim());
        var length = headers.TryGetValue("content-length", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        while (_input.Count < length && await ReadMore())
        {
        }
        var body = Encoding.UTF8.GetString([.. _input.Take(length)]);
        _input.RemoveRange(0, Math.Min(length, _input.Count));
        return new(status, headers, body);
    }

    /// <summary>Waits until the server has closed the connection.</summary>
    public async Task Closed()
    {
        while (await ReadMore())
        {
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<string?> ReadUntil(string end)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _input]);
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _input.RemoveRange(0, at + end.Length);
                return text[..at];
            }
            if (!await ReadMore())
                return null;
        }
    }

    private async Task<bool> ReadMore()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            var count = await Stream.ReadAsync(buffer).AsTask().Or("The server neither answered nor closed");
            _input.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
