using System.Net.Sockets;
using System.Text;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Takes one text frame.</summary>
internal delegate void TextHandler(ReadOnlySpan<byte> text);

/// <summary>A WebSocket to one object that does nothing but read, far cheaper than a general client.</summary>
internal sealed class SocketConnection : IDisposable
{
    // Masked, as the protocol asks of clients, with a key of zeros, which leaves the bytes as they are.
    private static readonly byte[] _ping = [0x81, 0x80 | 16, 0, 0, 0, 0, .. "{\"event\":\"ping\"}"u8];
    private static readonly byte[] _pongFrame = [0x8A, 0x80, 0, 0, 0, 0];

    private readonly Socket _socket;
    private byte[] _buffer;
    private int _filled;

    private SocketConnection(Socket socket, int bufferSize)
    {
        _socket = socket;
        _buffer = new byte[bufferSize];
    }

    /// <summary>Opens a socket, pings, and returns once the server has greeted and answered.</summary>
    public static async Task<SocketConnection> OpenAsync(
        Target target, string objectPath, int bufferSize, CancellationToken cancellation)
    {
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new SocketConnection(socket, bufferSize);
        try
        {
            await socket.ConnectAsync(target.EndPoint, cancellation);
            await connection.UpgradeAsync(target, objectPath, cancellation);
            await connection.GreetAsync(greetings: 1, cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Pings over the protocol's own event and returns when the answer is there.</summary>
    public Task PingAsync(CancellationToken cancellation) => GreetAsync(greetings: 0, cancellation);

    /// <summary>Hands over every text frame until the connection is disposed or closed.</summary>
    public async Task ReadAsync(TextHandler onText)
    {
        try
        {
            while (await ReceiveAsync(CancellationToken.None)) TakeFrames(onText);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed by its owner, who knows how many frames to expect.
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task UpgradeAsync(Target target, string objectPath, CancellationToken cancellation)
    {
        var request =
            $"GET /project/{target.Project}/ws{objectPath}?auth=Bearer+{Uri.EscapeDataString(target.Token)} HTTP/1.1\r\n" +
            $"Host: {target.EndPoint}\r\nAuthorization: Bearer {target.Token}\r\n" +
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await _socket.SendAsync(Encoding.UTF8.GetBytes(request), cancellation);

        int head;
        while ((head = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8) + 4) < 4)
            if (!await ReceiveAsync(cancellation)) throw new LoadException("The server closed an upgrade.");
        if (!_buffer.AsSpan(0, _filled).StartsWith("HTTP/1.1 101"u8))
            throw new LoadException($"Upgrade refused: {Encoding.UTF8.GetString(_buffer, 0, _filled)}");
        Consume(head);
    }

    private async Task GreetAsync(int greetings, CancellationToken cancellation)
    {
        await _socket.SendAsync(_ping, cancellation);
        var (connected, pongs, other) = (0, 0, string.Empty);
        void Count(ReadOnlySpan<byte> text)
        {
            if (text.IndexOf("\"connected\""u8) >= 0) connected++;
            else if (text.IndexOf("\"pong\""u8) >= 0) pongs++;
            else other = Encoding.UTF8.GetString(text);
        }

        TakeFrames(Count);
        while (connected < greetings || pongs < 1)
        {
            if (!await ReceiveAsync(cancellation)) throw new LoadException($"Closed instead of a greeting. {other}");
            TakeFrames(Count);
        }
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        if (_filled == _buffer.Length) Array.Resize(ref _buffer, _filled * 2);
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, cancellation);
        _filled += received;
        return received > 0;
    }

    private void TakeFrames(TextHandler onText)
    {
        var taken = 0;
        while (FrameReader.TryRead(_buffer.AsSpan(taken, _filled - taken), out var operation, out var payload, out var consumed))
        {
            taken += consumed;
            if (operation == FrameReader.Text) onText(payload);
            else if (operation == FrameReader.Ping) _socket.Send(_pongFrame);
            else if (operation == FrameReader.Close) throw new LoadException($"Closed: {Reason(payload)}");
        }

        Consume(taken);
    }

    private static string Reason(ReadOnlySpan<byte> close) =>
        close.Length < 2 ? "no code" : $"{(close[0] << 8) + close[1]} {Encoding.UTF8.GetString(close[2..])}";

    private void Consume(int count)
    {
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
    }
}
