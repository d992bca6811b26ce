using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>Logs go to places where nobody's data may go.</summary>
public sealed class LogTests
{
    [Theory]
    [InlineData("Debug")]
    [InlineData("Trace")]
    public async Task No_value_token_secret_or_query_string_is_in_the_most_talkative_log(string level)
    {
        await using var server = await TestServer.Start(
            ("Logging__LogLevel__Default", level),
            ("Logging__LogLevel__Microsoft", level),
            ("Logging__LogLevel__Orleans", level),
            ("Sockets__RefusalHold", "00:00:00.100"));
        var calls = server.NewObject();
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
        await server.Process.Stop();

        var log = server.Process.Output + server.Process.Errors;
        Assert.True(log.Length > 10_000, "The log is not as talkative as it was told to be.");
        var basic = TestServer.Basic["Basic ".Length..];
        foreach (var secret in new[]
        {
            token, token.Split('.')[1], token.Split('.')[2], TestServer.ApiSecret, basic, Uri.EscapeDataString(basic), "MARK",
        })
        {
            var at = log.IndexOf(secret, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"{secret} is in the log: {log[Math.Max(0, at - 300)..Math.Min(log.Length, at + 300)]}");
        }
    }
}
