using System.Globalization;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>One silo and two gateways, each a process of its own.</summary>
public sealed class SeparateGatewaysTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Items_events_messages_and_presence_cross_from_gateway_to_gateway()
    {
        var gatewayPort = TestServer.FreePort().ToString(CultureInfo.InvariantCulture);
        var siloPort = TestServer.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = ServerProcess.Launch(new Dictionary<string, string>(TestServer.Settings(_folder.Path))
        {
            ["Roles"] = "Silo",
            ["Orleans__Endpoints__SiloPort"] = siloPort,
            ["Orleans__Endpoints__GatewayPort"] = gatewayPort,
        });
        await silo.Started();
        Dictionary<string, string> gateway = new() { ["Orleans__Endpoints__GatewayPort"] = gatewayPort };
        await using var first = ServerProcess.Launch(gateway, ServerProcess.Gateway);
        await using var second = ServerProcess.Launch(gateway, ServerProcess.Gateway);
        await Task.WhenAll(first.Ready(), second.Ready());

        using var firstHttp = Calls.ClientOf(first.Address);
        using var secondHttp = Calls.ClientOf(second.Address);
        var id = Guid.NewGuid().ToString("N");
        var here = new Calls(firstHttp, TestServer.ProjectId, "c", id);
        var there = new Calls(secondHttp, TestServer.ProjectId, "c", id);
        var target = $"{here.SocketPath}?auth={Uri.EscapeDataString(TestServer.Basic)}";
        await using var hereSocket = await WireSocket.Dial(first.Address, target);
        await using var thereSocket = await WireSocket.Dial(second.Address, target);
        await hereSocket.ReceiveGreeting("connected");
        await thereSocket.ReceiveGreeting("connected");

        (await here.Set("a", "1")).Ok();
        Assert.Equal("1", (await there.Get("a")).Ok().Value);
        await hereSocket.ReceiveEvent("setItem");
        await thereSocket.ReceiveEvent("setItem");

        await hereSocket.Send("""{"event":"message","payload":"over there"}""");
        Assert.Equal("""{"event":"message","payload":"over there"}""", await thereSocket.ReceiveText("The message did not cross"));

        await thereSocket.Send("""{"event":"presence:join","payload":"there"}""");
        await hereSocket.ReceiveEvent("presence:join");
        await thereSocket.ReceiveEvent("presence:join");
        Assert.Single((await here.Presence()).Ok().Json.EnumerateArray());

        // A token of one gateway is good at the other.
        var token = (await here.Token()).Ok().Body;
        (await there.SendAs("Bearer " + token, "GET", $"cache/{there.ObjectPath}/a")).Ok();

        // What one gateway holds goes on when another one leaves.
        var closing = thereSocket.ReceiveClose(1012);
        await second.Stop();
        await closing;
        (await here.Set("b", "2")).Ok();
        await using var back = await WireSocket.Dial(first.Address, target);
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{thereSocket.ConnectionId}\"}}");
        await back.ReceiveGreeting("resume:ack");
        while ((await back.ReceiveText("What was missed did not come")) is var text && !text.Contains("\"prop\":\"b\"", StringComparison.Ordinal))
        {
            // Repeated, because the other gateway had no time to learn that it had arrived.
        }
        await first.Stop();
        await silo.Stop();
        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, silo.ExitCode));
    }

    [Fact]
    public async Task A_gateway_waits_for_its_silo()
    {
        var gatewayPort = TestServer.FreePort().ToString(CultureInfo.InvariantCulture);
        Dictionary<string, string> settings = new() { ["Orleans__Endpoints__GatewayPort"] = gatewayPort };
        await using var gateway = ServerProcess.Launch(settings, ServerProcess.Gateway);
        await gateway.Says("Connection attempt");
        await using var silo = ServerProcess.Launch(new Dictionary<string, string>(TestServer.Settings(_folder.Path))
        {
            ["Roles"] = "Silo",
            ["Orleans__Endpoints__SiloPort"] = TestServer.FreePort().ToString(CultureInfo.InvariantCulture),
            ["Orleans__Endpoints__GatewayPort"] = gatewayPort,
        });
        await gateway.Ready();
    }

    [Fact]
    public async Task A_gateway_that_waits_in_vain_can_be_stopped()
    {
        Dictionary<string, string> settings = new()
        {
            ["Orleans__Endpoints__GatewayPort"] = TestServer.FreePort().ToString(CultureInfo.InvariantCulture),
        };
        await using var gateway = ServerProcess.Launch(settings, ServerProcess.Gateway);
        await gateway.Says("Connection attempt");
        gateway.Signal("TERM");
        Assert.Equal(0, await gateway.Ended());
        Assert.Equal("", gateway.Errors.Trim());
    }
}
