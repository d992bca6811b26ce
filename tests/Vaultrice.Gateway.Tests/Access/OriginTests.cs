using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>Origins on the wire: calls, minting, what browsers let pages read, and the handshakes of sockets.</summary>
public sealed class OriginTests(SharedServer shared)
{
    private const string Here = "https://app.example.com";
    private const string Attacker = "https://attacker.example";
    private const int Denied = 4502;

    [Fact]
    public async Task A_restricted_key_answers_its_origins_and_tells_the_others_nothing()
    {
        var (key, calls) = await NewKey(new { origins = new[] { Here } });
        foreach (var path in new[] { $"cache/{calls.ObjectPath}", "auth/token" })
        {
            var right = (await calls.SendAs(key.Basic, "GET", path, headers: ("Origin", Here))).Ok();
            Assert.Equal(Here, right["access-control-allow-origin"]);
            var other = (await calls.SendAs(key.Basic, "GET", path, headers: ("Origin", Attacker))).Refused(403, "authorizationError.origin.mismatch");
            Assert.Null(other["access-control-allow-origin"]);
            var none = (await calls.SendAs(key.Basic, "GET", path)).Refused(403, "authorizationError.origin.server.notFound");
            Assert.Null(none["access-control-allow-origin"]);
        }
    }

    [Fact]
    public async Task A_page_can_read_why_its_credentials_are_refused()
    {
        var (_, calls) = await NewKey(new { origins = new[] { Here } });
        var answer = (await calls.SendAs("Bearer a.b.c", "GET", $"cache/{calls.ObjectPath}", headers: ("Origin", Attacker))).Refused(401, "authenticationError.credentials.invalid");
        Assert.Equal(Attacker, answer["access-control-allow-origin"]);
        Assert.Null(answer["access-control-allow-credentials"]);
    }

    [Fact]
    public async Task Several_Origin_headers_are_refused_whichever_comes_first()
    {
        var (key, calls) = await NewKey(new { origins = new[] { Here } });
        foreach (var (first, second) in new[] { (Here, Attacker), (Attacker, Here), (Here, Here) })
        {
            var answer = await RawHttp.Exchange(shared.Server.Address,
                $"GET /project/{key.ProjectId}/cache/c/i HTTP/1.1\r\nHost: localhost\r\nAuthorization: {key.Basic}\r\nOrigin: {first}\r\nOrigin: {second}\r\n\r\n");
            answer.Refused(403, "authorizationError.origin.mismatch");
        }
        _ = calls;
    }

    [Fact]
    public async Task A_token_minted_with_an_origin_says_so_and_is_good_for_it_only()
    {
        foreach (var origins in new[] { new[] { Here }, [] })
        {
            var (key, calls) = await NewKey(new { origins });
            var token = (await calls.SendAs(key.Basic, "GET", "auth/token", headers: ("Origin", Here))).Ok().Body;
            using var claims = JsonDocument.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.Split('.')[1])));
            Assert.Equal(Here, claims.RootElement.GetProperty("origin").GetString());
            (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}", headers: ("Origin", Here))).Ok();
            (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}", headers: ("Origin", Attacker))).Refused(403, "authorizationError.origin.mismatch");
            (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Refused(403, "authorizationError.origin.server.notFound");
        }
    }

    [Fact]
    public async Task A_mint_whose_Origin_is_none_is_refused_and_one_of_a_page_without_origin_binds_to_nothing()
    {
        var (key, calls) = await NewKey(new { });
        (await calls.SendAs(key.Basic, "GET", "auth/token", headers: ("Origin", "app.example.com"))).Refused(403, "authorizationError.origin.mismatch");
        var token = (await calls.SendAs(key.Basic, "GET", "auth/token", headers: ("Origin", "null"))).Ok().Body;
        (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Ok();
    }

    [Theory]
    [InlineData(Attacker)]
    [InlineData("null")]
    [InlineData(null)]
    [InlineData(Here + "\r\nOrigin: " + Attacker)]
    public async Task A_socket_from_a_foreign_origin_hears_and_says_nothing_though_its_token_is_good(string? origin)
    {
        var (key, calls) = await NewKey(new { origins = new[] { Here } });
        var token = (await calls.SendAs(key.Basic, "GET", "auth/token", headers: ("Origin", Here))).Ok().Body;
        await using var good = await Dial(calls, token, Here);
        await good.ReceiveGreeting("connected");
        await using var foreign = await Dial(calls, token, origin);
        await foreign.Send("""{"event":"message","payload":"hijacked"}""");
        Assert.Contains("rigin", await foreign.ReceiveError(), StringComparison.Ordinal);
        Assert.Contains("TierLimitExceeded", await foreign.ReceiveClose(Denied), StringComparison.Ordinal);
        await good.ReceiveNothingMore();
    }

    [Fact]
    public async Task The_key_of_another_object_or_without_the_right_to_listen_opens_no_socket()
    {
        foreach (var body in new object[] { new { scopes = new { idPrefix = "other" } }, new { permissions = new[] { "write", "delete" } } })
        {
            var (key, calls) = await NewKey(body);
            await using var socket = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(key.Basic));
            await socket.ReceiveError();
            await socket.ReceiveClose(Denied);
        }
    }

    [Fact]
    public async Task A_socket_is_told_only_what_its_key_may_hear()
    {
        var (all, calls) = await NewKey(new { });
        await using var speaker = await Open(calls, all);
        var sockets = new Dictionary<string, WireSocket>();
        foreach (var permission in new[] { "read", "message", "presence" })
            sockets[permission] = await Open(calls, await shared.Server.Admin.NewKey(all.ProjectId, new { permissions = new[] { permission } }));

        (await calls.SendAs(all.Basic, "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Ok();
        await speaker.Send("""{"event":"message","payload":1}""");
        await speaker.Send("""{"event":"presence:join","payload":1}""");
        (await calls.SendAs(all.Basic, "DELETE", $"cache/{calls.ObjectPath}/a")).Ok(204);

        await sockets["read"].ReceiveEvent("setItem");
        await sockets["read"].ReceiveEvent("removeItem");
        await sockets["message"].ReceiveEvent("message");
        await sockets["presence"].ReceiveEvent("presence:join");
        foreach (var socket in sockets.Values)
        {
            await socket.ReceiveNothingMore();
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reader_gets_encryption_settings_and_makes_none()
    {
        var (all, calls) = await NewKey(new { });
        var reader = await shared.Server.Admin.NewKey(all.ProjectId, new { permissions = new[] { "read" } });
        (await calls.SendAs(reader.Basic, "POST", $"cache-encryption/{calls.ObjectPath}")).Refused(403, "authorizationError.permission");
        var made = (await calls.SendAs(all.Basic, "POST", $"cache-encryption/{calls.ObjectPath}")).Ok();
        Assert.Equal(made.Body, (await calls.SendAs(reader.Basic, "POST", $"cache-encryption/{calls.ObjectPath}")).Ok().Body);
    }

    [Fact]
    public async Task What_was_missed_is_told_only_as_far_as_the_key_may_hear_it()
    {
        var (all, calls) = await NewKey(new { });
        var reader = await shared.Server.Admin.NewKey(all.ProjectId, new { permissions = new[] { "read" } });
        var lost = await Open(calls, reader);
        lost.Abort();
        (await calls.SendAs(all.Basic, "POST", $"message/{calls.ObjectPath}", "1")).Ok(204);
        (await calls.SendAs(all.Basic, "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Ok();
        await using var back = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(reader.Basic));
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{lost.ConnectionId}\"}}");
        await back.ReceiveGreeting("resume:ack");
        await back.ReceiveEvent("setItem");
        await back.ReceiveNothingMore();
    }

    [Theory]
    [InlineData("read", "POST", "cache/{0}/a", """{"value":2}""")]
    [InlineData("read", "POST", "cache/{0}", """{"a":{"value":2}}""")]
    [InlineData("read", "POST", "cache/{0}/a/increment", """{"value":1}""")]
    [InlineData("read", "DELETE", "cache/{0}/a", null)]
    [InlineData("write", "DELETE", "cache/{0}", null)]
    [InlineData("read", "POST", "cache-encryption-rotate/{0}", null)]
    [InlineData("write", "GET", "cache/{0}/a", null)]
    [InlineData("write", "GET", "cache-keys/{0}", null)]
    [InlineData("write", "POST", "cache-query/{0}", """["a"]""")]
    [InlineData("write", "POST", "cache-encryption/{0}", null)]
    [InlineData("read", "POST", "message/{0}", "1")]
    [InlineData("read", "GET", "presence-list/{0}", null)]
    public async Task A_call_without_its_permission_is_refused_and_changes_nothing(string permission, string method, string path, string? body)
    {
        var (all, calls) = await NewKey(new { });
        (await calls.SendAs(all.Basic, "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Ok();
        var before = (await calls.SendAs(all.Basic, "GET", $"cache/{calls.ObjectPath}/a")).Ok().Body;
        var narrow = await shared.Server.Admin.NewKey(all.ProjectId, new { permissions = new[] { permission } });
        await using var listener = await Open(calls, all);
        (await calls.SendAs(narrow.Basic, method, string.Format(null, path, calls.ObjectPath), body)).Refused(403, "authorizationError.permission");
        Assert.Equal(before, (await calls.SendAs(all.Basic, "GET", $"cache/{calls.ObjectPath}/a")).Ok().Body);
        await listener.ReceiveNothingMore();
    }

    private async Task<(TestKey Key, Calls Object)> NewKey(object body)
    {
        var admin = shared.Server.Admin;
        var key = await admin.NewKey(await admin.NewProject(), body);
        return (key, new(shared.Server.Http, key.ProjectId, "c", "i"));
    }

    private async Task<WireSocket> Open(Calls calls, TestKey key)
    {
        var socket = await WireSocket.Dial(shared.Server, calls, Uri.EscapeDataString(key.Basic));
        await socket.Send("""{"event":"ping"}""");
        await socket.ReceiveGreeting("connected");
        await socket.ReceiveEvent("pong");
        return socket;
    }

    private Task<WireSocket> Dial(Calls calls, string token, string? origin) => WireSocket.Dial(
        shared.Server.Address, $"{calls.SocketPath}?auth=Bearer+{token}", headers: origin is null ? "" : $"Origin: {origin}\r\n");
}
