using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Silo;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>What is taken away is gone within a second, for calls and for sockets that are open.</summary>
public sealed class RevocationTests(SharedServer shared)
{
    private const int Withdrawn = 4501;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private readonly AdminCalls _admin = shared.Server.Admin;

    [Theory]
    [InlineData("disabled")]
    [InlineData("deleted")]
    [InlineData("secret deleted")]
    [InlineData("origins changed")]
    [InlineData("permissions taken")]
    [InlineData("scope narrowed")]
    [InlineData("signatures demanded")]
    public async Task An_open_socket_is_closed_for_good_within_a_second_when_its_access_is(string change)
    {
        var (key, calls) = await NewKey();
        var token = (await calls.SendAs(key.Basic, "GET", "auth/token")).Ok().Body;
        await using var byToken = await Open(calls, "Bearer " + token);
        await using var byKey = await Open(calls, key.Basic);
        await Change(key, change);
        foreach (var socket in new[] { byToken, byKey })
        {
            Assert.NotEmpty(await ReceiveErrorSoon(socket));
            Assert.Contains("TierLimitExceeded", await socket.ReceiveClose(Withdrawn, Soon), StringComparison.Ordinal);
        }
        (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Refused();
        (await calls.SendAs(key.Basic, "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Refused();
    }

    [Fact]
    public async Task Sockets_of_other_keys_and_projects_stay()
    {
        var (key, calls) = await NewKey();
        var (_, elsewhere) = await NewKey();
        var other = await _admin.NewKey(key.ProjectId);
        await using var revoked = await Open(calls, key.Basic);
        await using var same = await Open(calls, other.Basic);
        await using var different = await WireSocket.Open(shared.Server, shared.Server.NewObject());
        await _admin.DeleteKey(key);
        await ReceiveErrorSoon(revoked);
        await revoked.ReceiveClose(Withdrawn, Soon);
        await same.ReceiveNothingMore();
        await different.ReceiveNothingMore();
        _ = elsewhere;
    }

    [Fact]
    public async Task Who_was_present_by_a_revoked_key_is_told_to_have_left_at_once()
    {
        var (key, calls) = await NewKey();
        var other = await _admin.NewKey(key.ProjectId);
        await using var watcher = await Open(calls, other.Basic);
        await using var present = await Open(calls, key.Basic);
        await present.Send("""{"event":"presence:join","payload":"me"}""");
        await watcher.ReceiveEvent("presence:join");
        await _admin.DeleteKey(key);
        Assert.Contains("presence:leave", (await watcher.Receive("The leave was not told", TimeSpan.FromSeconds(4)))?.Text, StringComparison.Ordinal);
        Assert.Equal("[]", (await calls.SendAs(other.Basic, "GET", $"presence-list/{calls.ObjectPath}")).Ok().Body);
    }

    [Fact]
    public async Task A_socket_that_may_stay_goes_on_with_the_rights_that_are_left()
    {
        var (key, calls) = await NewKey();
        var other = await _admin.NewKey(key.ProjectId);
        await using var socket = await Open(calls, key.Basic);
        await using var watcher = await Open(calls, other.Basic);
        await socket.Send("""{"event":"presence:join","payload":"me"}""");
        await socket.ReceiveEvent("presence:join");
        await watcher.ReceiveEvent("presence:join");
        await _admin.PatchKey(key, new { permissions = new[] { "message" } });
        // It no longer is present, and no longer hears who is, nor of items.
        await watcher.ReceiveEvent("presence:leave");
        (await calls.SendAs(other.Basic, "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Ok();
        await watcher.ReceiveEvent("setItem");
        await watcher.Send("""{"event":"message","payload":"hello"}""");
        await socket.ReceiveEvent("message");
        await socket.Send("""{"event":"presence:join","payload":"me"}""");
        Assert.Contains("permission", await socket.ReceiveError(), StringComparison.Ordinal);
        await socket.Send("""{"event":"message","payload":"back"}""");
        await watcher.ReceiveEvent("message");
        await socket.ReceiveNothingMore();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_resumed_connection_is_no_longer_present_once_its_key_may_not_be(bool narrowedWhileLost)
    {
        var (key, calls) = await NewKey();
        var other = await _admin.NewKey(key.ProjectId);
        await using var watcher = await Open(calls, other.Basic);
        var lost = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(key.Basic));
        var id = await lost.ReceiveGreeting("connected");
        await lost.Send("""{"event":"presence:join","payload":"me"}""");
        await watcher.ReceiveEvent("presence:join");
        lost.Abort();
        if (narrowedWhileLost)
            await _admin.PatchKey(key, new { permissions = new[] { "message" } });
        await using var back = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(key.Basic));
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{id}\"}}");
        Assert.Equal(id, await back.ReceiveGreeting("resume:ack"));
        if (!narrowedWhileLost)
            await _admin.PatchKey(key, new { permissions = new[] { "message" } });
        // Well before it could count as lost, for its pings are not answered.
        Assert.Contains("presence:leave", (await watcher.Receive("The leave was not told", TimeSpan.FromSeconds(10)))?.Text, StringComparison.Ordinal);
        Assert.Equal("[]", (await calls.SendAs(other.Basic, "GET", $"presence-list/{calls.ObjectPath}")).Ok().Body);
    }

    [Fact]
    public async Task A_socket_stays_when_its_token_ends_and_goes_when_its_key_does()
    {
        var (key, calls) = await NewKey();
        var token = await _admin.Token(key.ProjectId, new { apiKey = key.ApiKey, expiresInMs = 3_000 });
        await using var socket = await Open(calls, "Bearer " + token);
        await Until(async () => (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Status == 401);
        await socket.ReceiveNothingMore();

        var end = TimeProvider.System.GetUtcNow().AddSeconds(2).ToUnixTimeMilliseconds();
        var expiring = await _admin.NewKey(key.ProjectId, new { expiresAt = end });
        await using var expires = await Open(calls, expiring.Basic);
        await ReceiveErrorSoon(expires, TimeSpan.FromSeconds(4));
        Assert.Contains("TierLimitExceeded", await expires.ReceiveClose(Withdrawn, Soon), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() >= end);
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_key_revoked_at_one_gateway_ends_at_all_of_them()
    {
        using var folder = new TempFolder();
        var port = LocalPorts.Free();
        await using var silo = ServerProcess.LaunchSilo(folder.Path, port);
        await silo.Started();
        await using var first = ServerProcess.LaunchGateway(port);
        await using var second = ServerProcess.LaunchGateway(port);
        await Task.WhenAll(first.Ready(), second.Ready());
        using var firstHttp = Calls.ClientOf(first.Address);
        using var secondHttp = Calls.ClientOf(second.Address);
        var admin = new AdminCalls(firstHttp);
        var key = await admin.NewKey(await admin.NewProject());
        var here = new Calls(firstHttp, key.ProjectId, "c", "i");
        var there = new Calls(secondHttp, key.ProjectId, "c", "i");
        var target = $"{here.SocketPath}?auth={Uri.EscapeDataString(key.Basic)}";
        await using var hereSocket = await WireSocket.Dial(first.Address, target);
        await using var thereSocket = await WireSocket.Dial(second.Address, target);
        await hereSocket.ReceiveGreeting("connected");
        await thereSocket.ReceiveGreeting("connected");
        (await there.SendAs(key.Basic, "GET", $"cache/{there.ObjectPath}")).Ok();

        await admin.PatchKey(key, new { enabled = false });
        await ReceiveErrorSoon(thereSocket);
        await thereSocket.ReceiveClose(Withdrawn, Soon);
        await ReceiveErrorSoon(hereSocket);
        await hereSocket.ReceiveClose(Withdrawn, Soon);
        (await here.SendAs(key.Basic, "GET", $"cache/{here.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
        (await there.SendAs(key.Basic, "GET", $"cache/{there.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
    }

    [Fact]
    public async Task Uses_of_a_secret_are_there_after_the_gateway_has_stopped()
    {
        await using var server = await TestServer.Start();
        var key = await server.Admin.NewKey(await server.Admin.NewProject());
        var calls = new Calls(server.Http, key.ProjectId, "c", "i");
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        (await calls.SendAs(key.Basic, "GET", $"cache/{calls.ObjectPath}")).Ok();
        var token = (await calls.SendAs(key.Basic, "GET", "auth/token")).Ok().Body;
        (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Ok();
        await server.Process.Stop();
        await server.StartProcess();
        var secret = Assert.Single((await server.Admin.Get($"projects/{key.ProjectId}/api-keys/{key.ApiKey}")).Ok().Json.GetProperty("secrets").EnumerateArray());
        Assert.Equal(3, secret.GetProperty("uses").GetInt64());
        Assert.InRange(secret.GetProperty("lastUsedAt").GetInt64(), before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private async Task<(TestKey Key, Calls Object)> NewKey()
    {
        var key = await _admin.NewKey(await _admin.NewProject());
        return (key, new(shared.Server.Http, key.ProjectId, "c", "i"));
    }

    private async Task<WireSocket> Open(Calls calls, string credentials)
    {
        var socket = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(credentials));
        await socket.Send("""{"event":"ping"}""");
        await socket.ReceiveGreeting("connected");
        await socket.ReceiveEvent("pong");
        return socket;
    }

    private async Task Change(TestKey key, string change)
    {
        switch (change)
        {
            case "disabled":
                await _admin.PatchKey(key, new { enabled = false });
                break;
            case "deleted":
                await _admin.DeleteKey(key);
                break;
            case "secret deleted":
                (await _admin.Post($"projects/{key.ProjectId}/api-keys/{key.ApiKey}/rotate")).Ok();
                (await _admin.Delete($"projects/{key.ProjectId}/api-keys/{key.ApiKey}/secrets/{key.SecretId}")).Ok(204);
                break;
            case "project deleted":
                (await _admin.Delete($"projects/{key.ProjectId}")).Ok(204);
                break;
            case "origins changed":
                await _admin.PatchKey(key, new { origins = new[] { "https://elsewhere.example.com" } });
                break;
            case "permissions taken":
                await _admin.PatchKey(key, new { permissions = new[] { "delete" } });
                break;
            case "scope narrowed":
                await _admin.PatchKey(key, new { scopes = new { classes = new[] { "other" } } });
                break;
            case "signatures demanded":
                await _admin.PutClass(key.ProjectId, "c", new
                {
                    idSignature = new { required = true, keys = new[] { new { version = 1, algorithm = "HS256", secret = "a shared secret, long enough for it", enabled = true } } },
                });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "This is no change.");
        }
    }

    /// <summary>Receives the error frame that tells why, within the second that is promised and a little for a busy machine.</summary>
    private static async Task<string> ReceiveErrorSoon(WireSocket socket, TimeSpan? within = null)
    {
        var frame = await socket.Receive("The socket was not told that its access is withdrawn", within ?? Soon + TimeSpan.FromSeconds(1));
        Assert.Contains("\"event\":\"error\"", frame?.Text, StringComparison.Ordinal);
        return frame!.Text;
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Waiting.Patience;
        while (!await holds())
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "The token did not end.");
    }
}
