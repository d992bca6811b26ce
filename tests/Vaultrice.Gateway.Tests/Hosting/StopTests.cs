using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>A stop that was asked for loses nothing.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_lets_requests_finish_tells_sockets_to_come_back_and_exits_with_0(string signal)
    {
        await using var server = await TestServer.Start(("Sockets__RefusalHold", "00:00:01"));
        var calls = server.NewObject();
        await using var socket = await WireSocket.Open(server, calls);
        await using var other = await WireSocket.Open(server, server.NewObject());
        await using var refused = await WireSocket.Dial(server, calls, "Bearer+nonsense");
        using var request = await RawHttp.Connect(server.Address);
        const string body = """{"value":"in flight"}""";
        var target = $"/project/{TestServer.ProjectId}/cache/{calls.ObjectPath}/a";
        await request.Send(RawHttp.Head("POST", target, "Content-Type: application/json", $"Content-Length: {body.Length}") + body[..5]);
        // Another request on its way through the same server: by its answer the first one is being served.
        (await calls.Set("b", "1")).Ok();
        await socket.ReceiveEvent("setItem");

        server.Process.Signal(signal);
        await socket.ReceiveClose(1012);
        await other.ReceiveClose(1012);
        await request.Send(body[5..]);
        (await request.Receive()).Ok();
        request.Dispose();
        Assert.Equal(0, await server.Process.Ended());
        Assert.Equal("", server.Process.Errors.Trim());
        Assert.DoesNotContain("   at ", server.Process.Output, StringComparison.Ordinal);

        await server.StartProcess();
        var again = new Calls(server.Http, TestServer.ProjectId, calls.ObjectPath.Split('/')[0], calls.ObjectPath.Split('/')[1]);
        Assert.Equal("\"in flight\"", (await again.Get("a")).Ok().Value);
    }

    [Fact]
    public async Task A_peer_that_ignores_its_close_does_not_hold_up_the_stop()
    {
        await using var server = await TestServer.Start();
        await using var deaf = await WireSocket.Open(server, server.NewObject());
        server.Process.Signal("TERM");
        Assert.Equal(0, await server.Process.Ended(TimeSpan.FromSeconds(20)));
        await deaf.ReceiveClose(1012);
    }
}
