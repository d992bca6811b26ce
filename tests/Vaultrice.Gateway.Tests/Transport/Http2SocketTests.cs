using System.Net;
using System.Net.WebSockets;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>Sockets over HTTP/2 (RFC 8441), which browsers open where they have such a connection, and then never by HTTP/1.1.</summary>
public sealed class Http2SocketTests(TlsServer server) : IClassFixture<TlsServer>, IDisposable
{
    private readonly Calls _object = server.NewObject();
    private readonly Http2Sockets _sockets = new(server);

    public void Dispose() => _sockets.Dispose();

    [Fact]
    public async Task Events_messages_and_presence_travel_over_HTTP_2()
    {
        var one = await _sockets.Open(_object);
        var two = await _sockets.Open(_object);
        (await _object.Set("a", "1")).Ok();
        await Hears("\"setItem\"", one, two);
        await Http2Sockets.Send(one, """{"event":"message","payload":"hello"}""");
        await Hears("\"hello\"", two);
        await Http2Sockets.Send(one, """{"event":"presence:join","payload":{"name":"one"}}""");
        await Hears("\"presence:join\"", one, two);

        await one.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).Or("The close was not answered");
        await Hears("\"presence:leave\"", two);
    }

    [Fact]
    public async Task A_socket_with_bad_credentials_is_taken_told_why_and_closed()
    {
        var socket = await _sockets.Dial(_object, "Bearer nothing");
        Assert.Contains("\"error\"", await Http2Sockets.Receive(socket), StringComparison.Ordinal);
        Assert.Null(await Http2Sockets.Receive(socket));
        Assert.Equal(1008, (int?)socket.CloseStatus);
    }

    [Fact]
    public async Task As_many_sockets_as_an_address_may_have_share_a_connection_with_requests()
    {
        // More than Kestrel's own 100, past which everything would wait for a socket to close.
        var sockets = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => _sockets.Open(_object)));
        Assert.Equal(HttpStatusCode.OK, await _sockets.Send(HttpMethod.Get, $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}"));
        (await _object.Set("a", "1")).Ok();
        await Hears("\"setItem\"", sockets);
    }

    [Fact]
    public async Task A_socket_that_vanishes_takes_no_other_of_its_connection_with_it()
    {
        var stays = await _sockets.Open(_object);
        var vanishes = await _sockets.Open(_object);
        vanishes.Abort();
        (await _object.Set("a", "1")).Ok();
        await Hears("\"setItem\"", stays);
    }

    [Fact]
    public async Task A_server_that_stops_tells_its_sockets_to_come_back_and_exits_with_0()
    {
        await using var stopping = new TlsServer();
        await stopping.InitializeAsync();
        using var sockets = new Http2Sockets(stopping);
        var socket = await sockets.Open(stopping.NewObject());
        stopping.Process.Signal("TERM");
        Assert.Null(await Http2Sockets.Receive(socket));
        Assert.Equal(1012, (int?)socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).Or("The close was not taken");
        Assert.Equal(0, await stopping.Process.Ended(TimeSpan.FromSeconds(20)));
        Assert.Equal("", stopping.Process.Errors.Trim());
    }

    [Theory]
    [InlineData("/project/demo/cache/c/i", "websocket", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/project/demo/ws/c/i", "connect-udp", HttpStatusCode.BadRequest)]
    [InlineData("/admin/projects", "websocket", HttpStatusCode.Unauthorized)]
    public async Task Nothing_but_a_socket_is_taken_for_one(string path, string protocol, HttpStatusCode status) =>
        Assert.Equal(status, await _sockets.Send(HttpMethod.Connect, path, protocol));

    private static async Task Hears(string @event, params ClientWebSocket[] sockets)
    {
        foreach (var socket in sockets)
            Assert.Contains(@event, await Http2Sockets.Receive(socket), StringComparison.Ordinal);
    }
}
