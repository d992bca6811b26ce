using System.Net;
using System.Net.WebSockets;
using System.Text;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>The gateway outside Development with a certificate of its own, reached by real TLS.</summary>
public sealed class TlsTests(TlsServer server) : IClassFixture<TlsServer>
{
    private readonly Calls _object = server.NewObject();

    [Fact]
    public async Task Items_and_events_travel_by_TLS()
    {
        Assert.Equal("https", server.Address.Scheme);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = server.Certificate.IsMet;
        var address = new UriBuilder(server.Address) { Scheme = "wss", Path = _object.SocketPath, Query = "auth=" + Uri.EscapeDataString(TestServer.Basic) };
        await socket.ConnectAsync(address.Uri, TestContext.Current.CancellationToken).Or("The socket was not taken");
        Assert.Contains("\"connected\"", await Receive(socket), StringComparison.Ordinal);
        (await _object.Set("a", "1")).Ok();
        Assert.Contains("\"setItem\"", await Receive(socket), StringComparison.Ordinal);
        Assert.Equal("1", (await _object.Get("a")).Ok().Value);
    }

    [Fact]
    public async Task Every_answer_asks_browsers_to_use_https_only()
    {
        foreach (var path in new[] { $"cache/{_object.ObjectPath}", "auth/token", "/health/live", "/nothing", "nothing" })
            Assert.Equal("max-age=31536000", (await _object.Send("GET", path))["strict-transport-security"]);
    }

    [Fact]
    public async Task HTTP_2_is_spoken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
    }

    [Fact]
    public async Task Plain_HTTP_at_the_TLS_port_gets_nothing()
    {
        var answer = await RawHttp.Exchange(server.Address, RawHttp.Head("GET", $"/project/{TestServer.ProjectId}/cache/c/a"));
        Assert.True(answer.Status is 0 or 400, $"{answer.Status} came.");
        Assert.DoesNotContain("expiresAt", answer.Body, StringComparison.Ordinal);
    }

    private static async Task<string> Receive(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).Or("Nothing came");
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
