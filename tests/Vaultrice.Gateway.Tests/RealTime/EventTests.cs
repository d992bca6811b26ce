using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>What listeners are told of items and messages, and in which order.</summary>
public sealed class EventTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Theory]
    [InlineData("12345678901234567890123456789.10")]
    [InlineData("1e308")]
    [InlineData("{ \"a\" : [1, null], \"ä\": \"\\u00e4\" }")]
    public async Task A_set_is_told_with_the_item_as_the_writer_got_it(string value)
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        var item = (await _object.Set("a%20%22b", value)).Ok();
        Assert.Equal(
            """{"event":"setItem","payload":{"prop":"a \"b",""" + item.Body[1..] + "}",
            await socket.ReceiveText("The set was not told"));
    }

    [Fact]
    public async Task An_encrypted_item_has_its_key_version_inside_the_payload()
    {
        (await _object.Encryption()).Ok();
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await _object.Set("a", "\"c\"", headers: ("X-Enc-KV", "0"))).Ok();
        var told = await socket.ReceiveEvent("setItem");
        Assert.Equal(0, told.GetProperty("payload").GetProperty("keyVersion").GetInt32());
        Assert.False(told.TryGetProperty("keyVersion", out _));
        (await _object.Set("a", "1")).Ok();
        Assert.False((await socket.ReceiveEvent("setItem")).GetProperty("payload").TryGetProperty("keyVersion", out _));
    }

    [Fact]
    public async Task Every_kind_of_change_is_told_in_order()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await _object.Set("a", "1")).Ok();
        (await _object.SetMany("""{"b":{"value":1},"c":{"value":2}}""")).Ok();
        (await _object.Apply("a", "increment", """{"value":4}""")).Ok();
        (await _object.Remove("b")).Ok(204);
        (await _object.Remove("never")).Ok(204);
        (await _object.RemoveMany("""["c","never2"]""")).Ok(204);
        (await _object.Set("d", "1")).Ok();
        (await _object.Clear()).Ok(204);
        string[] expected = ["+a 1", "+b 1", "+c 2", "+a 5", "-b", "-never", "-c", "-never2", "+d 1"];
        foreach (var change in expected)
            Assert.Equal(change, await ReceiveChange(socket));
        Assert.Equal(["-a", "-d"], new[] { await ReceiveChange(socket), await ReceiveChange(socket) }.Order());
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task What_changes_nothing_is_not_told()
    {
        (await _object.Set("a", "\"text\"")).Ok();
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await _object.Set("a", "1", ",\"ifAbsent\":true")).Ok();
        (await _object.Set("a", "1", ",\"updatedAt\":5")).Refused();
        (await _object.SetMany("""{"x":{"value":1},"a":{"value":1,"updatedAt":5}}""")).Refused();
        (await _object.Apply("a", "increment", """{"value":1}""")).Refused();
        (await _object.Get("a")).Ok();
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_message_reaches_all_sockets_but_its_senders()
    {
        await using var sender = await WireSocket.Open(shared.Server, _object);
        await using var second = await WireSocket.Open(shared.Server, _object);
        await using var third = await WireSocket.Open(shared.Server, _object);
        await sender.Send("""{"event":"message","payload":{"big":12345678901234567890}}""");
        const string expected = """{"event":"message","payload":{"big":12345678901234567890}}""";
        Assert.Equal(expected, await second.ReceiveText("The message did not come"));
        Assert.Equal(expected, await third.ReceiveText("The message did not come"));
        (await _object.Message("\"last\"")).Ok(204);
        Assert.Equal("""{"event":"message","payload":"last"}""", await sender.ReceiveText("The message did not come"));
    }

    [Fact]
    public async Task A_message_has_its_key_version_at_the_top()
    {
        (await _object.Encryption()).Ok();
        await using var sender = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await sender.Send("""{"event":"message","payload":"c","keyVersion":0}""");
        Assert.Equal("""{"event":"message","payload":"c","keyVersion":0}""", await other.ReceiveText("The message did not come"));
    }

    [Fact]
    public async Task An_expiry_is_told_within_a_second()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        var item = (await _object.Set("a", "1", ",\"ttl\":200")).Ok();
        await socket.ReceiveEvent("setItem");
        Assert.Equal("""{"event":"removeItem","payload":{"prop":"a"}}""", await socket.ReceiveText("The expiry was not told"));
        var late = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - item.Json.GetProperty("expiresAt").GetInt64();
        // One second is the promise; the rest is for a machine under load.
        Assert.InRange(late, 0, 2500);
    }

    [Fact]
    public async Task All_listeners_see_all_changes_of_many_writers_in_the_same_order()
    {
        const int writers = 16, each = 25;
        await using var first = await WireSocket.Open(shared.Server, _object);
        await using var second = await WireSocket.Open(shared.Server, _object);
        var reading = Task.WhenAll(ReadAll(first), ReadAll(second));
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            for (var i = 0; i < each; i++)
                (await _object.Apply("n", "increment", """{"value":1}""")).Ok();
        }));
        var expected = Enumerable.Range(1, writers * each).Select(n => $"+n {n}");
        foreach (var seen in await reading)
            Assert.Equal(expected, seen);

        static async Task<List<string>> ReadAll(WireSocket socket)
        {
            List<string> seen = [];
            while (seen.Count < writers * each)
                seen.Add(await ReceiveChange(socket));
            return seen;
        }
    }

    [Fact]
    public async Task A_standard_client_converses_and_says_goodbye()
    {
        using var socket = new ClientWebSocket();
        var target = $"ws://{shared.Server.Address.Authority}{_object.SocketPath}?auth={Uri.EscapeDataString(TestServer.Basic)}";
        await socket.ConnectAsync(new(target), TestContext.Current.CancellationToken).Or("The handshake was not answered");
        await socket.SendAsync("""{"event":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        Assert.StartsWith("{\"event\":\"connected\"", await Read(), StringComparison.Ordinal);
        Assert.Equal("""{"event":"pong"}""", await Read());
        var big = $"\"{new string('x', 100_000)}\"";
        (await _object.Set("big", big)).Ok();
        Assert.Contains(big, await Read(), StringComparison.Ordinal);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", TestContext.Current.CancellationToken).Or("The close was not answered");
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);

        async Task<string> Read()
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).Or("No message came");
                text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
            while (!part.EndOfMessage);
            return text.ToString();
        }
    }

    /// <summary>The next item event, as <c>+name value</c> or <c>-name</c>.</summary>
    private static async Task<string> ReceiveChange(WireSocket socket)
    {
        using var document = JsonDocument.Parse(await socket.ReceiveText("The next change was not told"));
        var payload = document.RootElement.GetProperty("payload");
        var name = payload.GetProperty("prop").GetString();
        return document.RootElement.GetProperty("event").GetString() == "setItem" ? $"+{name} {payload.GetProperty("value").GetRawText()}" : $"-{name}";
    }
}
