using System.Net;
using System.Net.WebSockets;
using System.Text;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>A client whose calls and sockets share one HTTP/2 connection, as a browser's do.</summary>
internal sealed class Http2Sockets : IDisposable
{
    private readonly Uri _address;
    private readonly HttpMessageInvoker _connection;
    private readonly List<ClientWebSocket> _sockets = [];

    public Http2Sockets(TlsServer server)
    {
        _address = server.Address;
        _connection = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = server.Certificate.IsMet }, EnableMultipleHttp2Connections = false });
    }

    /// <summary>Opens a socket to an object.</summary>
    /// <param name="object">The object.</param>
    /// <param name="auth">The credentials; null for good ones.</param>
    public async Task<ClientWebSocket> Dial(Calls @object, string? auth = null)
    {
        var socket = new ClientWebSocket();
        _sockets.Add(socket);
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var address = new UriBuilder(_address) { Scheme = "wss", Path = @object.SocketPath, Query = "auth=" + Uri.EscapeDataString(auth ?? TestServer.Basic) };
        await socket.ConnectAsync(address.Uri, _connection, TestContext.Current.CancellationToken).Or("The socket was not taken");
        return socket;
    }

    /// <summary>Opens a socket and receives its greeting.</summary>
    public async Task<ClientWebSocket> Open(Calls @object)
    {
        var socket = await Dial(@object);
        Assert.Contains("\"connected\"", await Receive(socket), StringComparison.Ordinal);
        return socket;
    }

    /// <summary>Sends a request on the same connection; its status.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="protocol">What an extended CONNECT asks for, or null.</param>
    public async Task<HttpStatusCode> Send(HttpMethod method, string path, string? protocol = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Authorization", TestServer.Basic);
        request.Headers.Protocol = protocol;
        using var response = await _connection.SendAsync(request, TestContext.Current.CancellationToken).Or("The request was not answered");
        return response.StatusCode;
    }

    public static Task Send(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken).Or("The frame was not taken");

    /// <summary>The next message; null when the server closes.</summary>
    public static async Task<string?> Receive(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), TestContext.Current.CancellationToken).Or("Nothing came");
            length += received.Count;
        }
        while (!received.EndOfMessage);
        return received.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        _connection.Dispose();
    }
}
