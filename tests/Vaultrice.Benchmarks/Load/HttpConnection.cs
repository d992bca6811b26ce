using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Vaultrice.Benchmarks.Load;

/// <summary>One keep-alive connection, one request at a time, far cheaper than a general HTTP client.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[16 * 1024];

    private HttpConnection(Socket socket) => _socket = socket;

    public static async Task<HttpConnection> OpenAsync(Target target, CancellationToken cancellation)
    {
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target.EndPoint, cancellation);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the whole reply is there. Disposing the connection ends it too, with an exception.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpReply> CallAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request, SocketFlags.None, CancellationToken.None);
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length) Array.Resize(ref _buffer, filled * 2);
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None, CancellationToken.None);
            if (received == 0) throw new LoadException("The server closed an HTTP connection.");
            filled += received;
            if (HttpReply.TryRead(_buffer.AsMemory(0, filled), out var reply)) return reply;
        }
    }

    public async Task<HttpReply> CallOkAsync(RequestTemplate request)
    {
        var reply = await CallAsync(request.Bytes);
        return reply.Status is 200 or 204 ? reply : throw new LoadException($"Status {reply.Status}: {reply.Text}");
    }

    public void Dispose() => _socket.Dispose();
}
