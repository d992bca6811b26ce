using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>Calls of every kind, good and bad, whose values and proofs can be told from everything else a server says of them.</summary>
internal static class MarkedTraffic
{
    /// <summary>A class whose name may be told: that what tells of calls was listening.</summary>
    public const string Class = "KNOWNCLASS";

    /// <summary>Makes the calls.</summary>
    /// <returns>What must be told nowhere.</returns>
    public static async Task<string[]> Make(TestServer server)
    {
        var calls = server.NewObject(Class);
        var token = (await calls.Token()).Ok().Body;
        await using (var socket = await WireSocket.Dial(server, calls, $"Bearer+{token}&query=QUERYMARK1"))
        {
            await socket.ReceiveGreeting("connected");
            (await calls.Set("a", "\"VALUEMARK1\"")).Ok();
            await socket.ReceiveEvent("setItem");
            await socket.Send("""{"event":"message","payload":"VALUEMARK2","auth":"AUTHMARK"}""");
            await socket.Send("""{"event":"presence:join","payload":"VALUEMARK3"}""");
            await socket.ReceiveEvent("presence:join");
            await socket.Send("""{"event":"VALUEMARK4"}""");
            await socket.ReceiveError();
            await socket.Send("VALUEMARK5");
            await socket.ReceiveError();
        }
        await using (var refused = await WireSocket.Dial(server, calls, "Bearer+BADTOKENMARK1"))
        {
            await refused.ReceiveEnd();
        }
        (await calls.Set("a", "VALUEMARK6")).Refused();
        (await calls.SetMany("""{"b":{"value":"VALUEMARK7"}}""")).Ok();
        (await calls.Apply("a", "push", """{"value":"VALUEMARK8"}""")).Refused();
        (await calls.Message("\"VALUEMARK9\"")).Ok(204);
        (await calls.GetAll("?prefix=QUERYMARK2")).Ok();
        (await calls.Keys("?prefix=QUERYMARK3&nothing=QUERYMARK4")).Ok();
        (await calls.Send("GET", "/nothing?x=QUERYMARK5")).Refused();
        (await calls.SendAs("Bearer BADTOKENMARK2", "GET", $"cache/{calls.ObjectPath}")).Refused();
        (await calls.SendAs(TestServer.BasicOf(TestServer.ApiKey, "BADSECRETMARK"), "GET", "auth/token")).Refused();
        (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}/a", headers: [("X-Id-Sig", "SIGNATUREMARK"), ("X-Vaultrice-Auth-Token", "AUTHMARK2")])).Ok();
        foreach (var malformed in new[]
        {
            RawHttp.Head("GET", $"/project/{TestServer.ProjectId}/ws/{calls.ObjectPath}?auth=Bearer+QUERYMARK8 QUERYMARK9"),
            RawHttp.Head("GET", "/nothing", "Authorization : Bearer BADTOKENMARK4"),
            RawHttp.Head("GET", "/nothing", "Authorization: Bearer BADTOKENMARK5\0"),
            RawHttp.Head("GET", "/nothing", "Authorization Bearer BADTOKENMARK6"),
        })
        {
            Assert.Equal(400, (await RawHttp.Exchange(server.Address, malformed)).Status);
        }
        var basic = TestServer.Basic["Basic ".Length..];
        return ["MARK", token, token.Split('.')[1], token.Split('.')[2], TestServer.ApiSecret, basic, Uri.EscapeDataString(basic), .. await Administer(server, calls)];
    }

    private static async Task<string[]> Administer(TestServer server, Calls calls)
    {
        var admin = new AdminCalls(server.Http);
        var project = await admin.NewProject("VALUEMARK10");
        var key = await admin.NewKey(project, new { name = "VALUEMARK11" });
        var minted = await admin.Token(project);
        await admin.PutClass(project, "c", new { identity = new { mode = "userIdSignature", secret = "SECRETMARK1" } });
        (await admin.Put($"projects/{project}/classes/c", "{\"identity\":\"SECRETMARK2")).Refused();
        (await admin.Put($"projects/{project}/classes/c", new { SECRETMARK3 = 1 })).Refused();
        (await admin.As("ADMINMARK1").Get($"projects?cursor=QUERYMARK6")).Refused();
        (await admin.Get("audit?from=QUERYMARK7")).Refused();
        var made = (await admin.Post("tokens", new { name = "VALUEMARK12", role = "viewer" })).Ok(201).Json.GetProperty("token").GetString()!;
        (await admin.As(made).Post("explain", new { projectId = project, token = "BADTOKENMARK3", @class = "c", id = "o", idSignature = "SIGNATUREMARK2", operation = "get" })).Ok();
        (await admin.Get($"projects/{TestServer.ProjectId}/objects/{calls.ObjectPath}")).Ok();
        return [AdminCalls.BootstrapToken, key.ApiSecret, minted, minted.Split('.')[2], made];
    }
}
