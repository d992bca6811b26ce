using System.Diagnostics;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>The settings of a class as its users meet them.</summary>
public sealed class ClassSettingsCallsTests(SharedServer shared)
{
    // Changes act within a second; the machine of a test may have more to do.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly AdminCalls _admin = new(shared.Server.Http);

    [Fact]
    public async Task Settings_act_on_objects_in_use_soon_after_they_are_changed_and_end_with_them()
    {
        var (project, key) = await NewKey();
        var list = Object(project, "list");
        Assert.Equal(3_600_000, await TtlOf(list, key));
        await _admin.PutClass(project, "list", new { ttl = new { @default = 60_000, max = 90_000 }, limits = new { itemBytes = 10 } });
        await Until(async () => await TtlOf(list, key) == 60_000, "the new time to live acts");
        Assert.Equal(90_000, await TtlOf(list, key, ",\"ttl\":1000000"));
        (await Set(list, key, "\"12345678\"")).Ok();
        (await Set(list, key, "\"123456789\"")).Refused(413, "limitError.item.size");
        (await _admin.Delete($"projects/{project}/classes/list")).Ok(204);
        await Until(async () => (await Set(list, key, "\"123456789\"")).Status == 200, "the server's limits are back");
    }

    [Fact]
    public async Task A_message_larger_than_its_class_allows_is_refused_over_HTTP_and_sockets()
    {
        var (project, key) = await NewKey();
        await _admin.PutClass(project, "chat", new { limits = new { messageBytes = 10, presenceBytes = 5 } });
        var chat = Object(project, "chat");
        (await chat.SendAs(key.Basic, "POST", $"message/{chat.ObjectPath}", "\"12345678\"")).Ok(204);
        (await chat.SendAs(key.Basic, "POST", $"message/{chat.ObjectPath}", "\"123456789\"")).Refused(413, "limitError.message.size");
        await using var socket = await WireSocket.Dial(shared.Server, chat, Uri.EscapeDataString(key.Basic));
        await socket.ReceiveGreeting("connected");
        await socket.Send("""{"event":"message","payload":"123456789"}""");
        Assert.Contains("10 bytes", await socket.ReceiveError(), StringComparison.Ordinal);
        await socket.Send("""{"event":"presence:join","payload":"1234"}""");
        Assert.Contains("5 bytes", await socket.ReceiveError(), StringComparison.Ordinal);
        await socket.Send("""{"event":"presence:join","payload":"123"}""");
        await socket.ReceiveEvent("presence:join");
    }

    [Fact]
    public async Task Odd_proofs_and_payloads_are_refused_and_never_a_failure()
    {
        var (project, key) = await NewKey();
        await _admin.PutClass(project, "by-hmac", new { identity = new { mode = "userIdSignature", secret = "a secret of a backend" } });
        await _admin.PutClass(project, "by-jwt", new { identity = new { mode = "jwt", secret = "a secret of a backend with 32 characters" } });
        foreach (var @class in new[] { "by-hmac", "by-jwt" })
        {
            var @object = Object(project, @class);
            foreach (var payload in new[] { "1", "null", "\"text\"", """{"userId":"\ud800","sub":"\ud800"}""", """{"userId":{"userId":1}}""", new string('[', 60) + new string(']', 60) })
            {
                foreach (var proof in new[] { "x", "a.b.c", "e30.e30.e30", new string('f', 64), "..", new string('a', 5_000) })
                {
                    var answer = await @object.SendAs(
                        key.Basic, "POST", $"message/{@object.ObjectPath}", payload,
                        headers: [("X-Vaultrice-Auth-Token", proof), ("X-Vaultrice-Auth-Signature", proof)]);
                    answer.Refused(403, "authorizationError.identity.invalid");
                }
                (await @object.SendAs(key.Basic, "POST", $"message/{@object.ObjectPath}", payload)).Refused(403, "authorizationError.identity.missing");
            }
            await using var socket = await WireSocket.Dial(shared.Server, @object, Uri.EscapeDataString(key.Basic));
            await socket.ReceiveGreeting("connected");
            foreach (var auth in new[] { "1", "null", "[]", "{}", "\"x\"", """{"token":{},"signature":[]}""", """{"token":"\ud800","signature":"\udc00"}""", """{"token":"a.b.c","signature":"00"}""" })
            {
                await socket.Send($$"""{"event":"presence:join","payload":{"userId":"a"},"auth":{{auth}}}""");
                await socket.ReceiveError();
                await socket.Send($$"""{"event":"message","payload":{"userId":"a"},"auth":{{auth}}}""");
                await socket.ReceiveError();
            }
            await socket.ReceiveNothingMore();
            Assert.Equal("[]", (await @object.SendAs(key.Basic, "GET", $"presence-list/{@object.ObjectPath}")).Ok().Body);
        }
    }

    private async Task<(string Project, TestKey Key)> NewKey()
    {
        var project = await _admin.NewProject();
        return (project, await _admin.NewKey(project));
    }

    private Calls Object(string project, string @class) => new(shared.Server.Http, project, @class, Guid.NewGuid().ToString("N"));

    private static Task<Answer> Set(Calls @object, TestKey key, string value, string more = "", string name = "a") =>
        @object.SendAs(key.Basic, "POST", $"cache/{@object.ObjectPath}/{name}", $"{{\"value\":{value}{more}}}");

    private static async Task<long> TtlOf(Calls @object, TestKey key, string more = "")
    {
        // Each a new item: one written twice in a millisecond is stamped a millisecond later.
        var item = (await Set(@object, key, "1", more, Guid.NewGuid().ToString("N"))).Ok().Json;
        return item.GetProperty("expiresAt").GetInt64() - item.GetProperty("updatedAt").GetInt64();
    }

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await holds())
            Assert.True(Stopwatch.GetElapsedTime(since) < Soon, $"It did not happen in time that {what}.");
    }
}
