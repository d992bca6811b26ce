using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>Another client of the same api key, who sees all that is public, tries to go on as somebody whose connection broke.</summary>
public sealed class ResumeAttackTests(SharedServer shared)
{
    private const string Here = "https://app.example.com";
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task What_presence_shows_of_a_lost_connection_does_not_resume_it_and_its_owner_still_can_with_a_newer_token()
    {
        await using var thief = await Open(await Token());
        var victim = await Open(await Token());
        await victim.Send("""{"event":"presence:join","payload":{"userId":"victim"}}""");
        await victim.ReceiveEvent("presence:join");
        await victim.Confirm();
        var told = (await thief.ReceiveEvent("presence:join")).GetProperty("connectionId").GetString()!;
        var listed = Assert.Single((await _object.Presence()).Ok().Json.EnumerateArray()).GetProperty("connectionId").GetString()!;
        Assert.Equal((victim.PublicId, victim.PublicId), (told, listed));
        Assert.NotEqual(victim.ConnectionId, told);
        victim.Abort();

        var secret = victim.ConnectionId[(told.Length + 1)..];
        foreach (var id in new[] { told, told + ".", told + "." + new string('0', secret.Length), thief.ConnectionId.Replace(thief.PublicId, told, StringComparison.Ordinal) })
        {
            await using var attempt = await Resume(id, await Token());
            Assert.NotEqual(told, await attempt.ReceiveGreeting("connected"));
        }

        (await _object.Set("a", "1")).Ok();
        await using var back = await Resume(victim.ConnectionId, await Token());
        Assert.Equal(victim.ConnectionId, await back.ReceiveGreeting("resume:ack"));
        await back.ReceiveEvent("setItem");
        Assert.Equal(told, Assert.Single((await _object.Presence()).Ok().Json.EnumerateArray()).GetProperty("connectionId").GetString());
    }

    [Fact]
    public async Task Nothing_that_others_are_told_holds_the_secret_part()
    {
        await using var one = await Open(await Token());
        await using var other = await Open(await Token());
        var secret = one.ConnectionId[(one.PublicId.Length + 1)..];
        await one.Send("""{"event":"presence:join","payload":1}""");
        await one.Send("""{"event":"message","payload":1}""");
        await one.Send("""{"event":"presence:leave"}""");
        for (var i = 0; i < 3; i++)
            Assert.DoesNotContain(secret, await other.ReceiveText("The event did not come"), StringComparison.Ordinal);
        await one.Send("""{"event":"presence:join","payload":1}""");
        await other.ReceiveEvent("presence:join");
        Assert.DoesNotContain(secret, (await _object.Presence()).Ok().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_not_resumed_with_another_key_nor_from_another_origin()
    {
        var admin = shared.Server.Admin;
        var key = await admin.NewKey(await admin.NewProject());
        var other = await admin.NewKey(key.ProjectId);
        var calls = new Calls(shared.Server.Http, key.ProjectId, "c", "i");
        var lost = await Dial(calls, key, Here);
        await lost.ReceiveGreeting("connected");
        lost.Abort();
        foreach (var (credentials, origin) in new[] { (other, Here), (key, "https://elsewhere.example.com"), (key, "") })
        {
            await using var attempt = await Dial(calls, credentials, origin);
            await attempt.Send($"{{\"event\":\"resume\",\"connectionId\":\"{lost.ConnectionId}\"}}");
            Assert.NotEqual(lost.ConnectionId, await attempt.ReceiveGreeting("connected"));
        }
        await using var back = await Dial(calls, key, Here);
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{lost.ConnectionId}\"}}");
        await back.ReceiveGreeting("resume:ack");
    }

    private async Task<string> Token() => (await _object.Token()).Ok().Body;

    private async Task<WireSocket> Open(string token)
    {
        var socket = await WireSocket.Dial(shared.Server, _object, "Bearer+" + token);
        await socket.Send("""{"event":"ping"}""");
        await socket.ReceiveGreeting("connected");
        await socket.ReceiveEvent("pong");
        return socket;
    }

    private async Task<WireSocket> Resume(string connectionId, string token)
    {
        var socket = await WireSocket.Dial(shared.Server, _object, "Bearer+" + token);
        await socket.Send($"{{\"event\":\"resume\",\"connectionId\":\"{connectionId}\"}}");
        return socket;
    }

    private Task<WireSocket> Dial(Calls calls, TestKey key, string origin) => WireSocket.Dial(
        shared.Server.Address,
        $"{calls.SocketPath}?auth={Uri.EscapeDataString(key.Basic)}",
        headers: origin.Length == 0 ? "" : $"Origin: {origin}\r\n");
}
