using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>Each setting of the section <c>Limits</c>: at the limit all is well, one past it is refused and nothing changed.</summary>
public sealed class LimitsTests(LimitsTests.Narrow narrow) : IClassFixture<LimitsTests.Narrow>
{
    private readonly Calls _object = narrow.Server.NewObject();

    [Fact]
    public async Task Item_bytes()
    {
        (await _object.Set("a", Text(100))).Ok();
        var present = (await _object.Get("a")).Ok().Body;
        (await _object.Set("a", Text(101))).Refused(413, "limitError.item.size");
        (await _object.SetMany($"{{\"b\":{{\"value\":1}},\"a\":{{\"value\":{Text(101)}}}}}")).Refused(413, "limitError.item.size");
        Assert.Equal(present, (await _object.Get("a")).Ok().Body);
        Assert.Equal(["a"], await _object.Names());
    }

    [Fact]
    public async Task Item_bytes_that_an_operation_would_exceed()
    {
        (await _object.Set("a", $"[{Text(96)}]")).Ok();
        (await _object.Apply("a", "push", """{"value":12}""")).Refused(413, "limitError.item.size");
        Assert.Equal(100, (await _object.Apply("a", "push", """{"value":1}""")).Ok().Value.Length);
    }

    [Fact]
    public async Task Object_bytes()
    {
        // Names count: 2 + 98 bytes each.
        (await _object.Set("n1", Text(98))).Ok();
        (await _object.Set("n2", Text(98))).Ok();
        (await _object.Set("n3", Text(91))).Refused(413, "limitError.object.size");
        (await _object.SetMany($"{{\"n1\":{{\"value\":{Text(98)}}},\"n3\":{{\"value\":{Text(51)}}}}}")).Refused(413, "limitError.object.size");
        (await _object.Set("n3", Text(48))).Ok();
        (await _object.Set("n3", Text(49))).Refused(413, "limitError.object.size");
        (await _object.Set("n3", Text(10))).Ok();
        (await _object.Remove("n1")).Ok(204);
        (await _object.Set("n3", Text(98))).Ok();
        Assert.Equal(["n2", "n3"], await _object.Names());
    }

    [Fact]
    public async Task Object_items()
    {
        (await _object.SetMany("""{"a":{"value":1},"b":{"value":1}}""")).Ok();
        (await _object.SetMany("""{"c":{"value":1},"d":{"value":1}}""")).Refused(413, "limitError.object.items");
        (await _object.Set("c", "1")).Ok();
        (await _object.Set("d", "1")).Refused(413, "limitError.object.items");
        (await _object.Apply("d", "increment", """{"value":1}""")).Refused(413, "limitError.object.items");
        (await _object.Set("a", "2")).Ok();
        (await _object.Remove("b")).Ok(204);
        (await _object.Set("d", "1")).Ok();
        Assert.Equal(["a", "c", "d"], await _object.Names());
    }

    [Fact]
    public async Task Message_bytes()
    {
        await using var socket = await WireSocket.Open(narrow.Server, _object);
        (await _object.Message(Text(51))).Refused(413, "limitError.message.size");
        (await _object.Message(new string('x', 49), "text/plain")).Refused(413, "limitError.message.size");
        (await _object.Message(Text(50))).Ok(204);
        await socket.ReceiveEvent("message");
        (await _object.Message(new string('y', 48), "text/plain")).Ok(204);
        await socket.ReceiveEvent("message");
        await socket.Send($"{{\"event\":\"message\",\"payload\":{Text(51)}}}");
        await socket.ReceiveError();
        await socket.Send($"{{\"event\":\"message\",\"payload\":{Text(50)}}}");
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task Presence_bytes()
    {
        await using var socket = await WireSocket.Open(narrow.Server, _object);
        await socket.Send($"{{\"event\":\"presence:join\",\"payload\":{Text(21)}}}");
        await socket.ReceiveError();
        await socket.Send($"{{\"event\":\"presence:join\",\"payload\":{Text(20)}}}");
        await socket.ReceiveEvent("presence:join");
    }

    [Fact]
    public async Task Json_depth()
    {
        (await _object.Set("a", "[[[]]]")).Ok();
        (await _object.Set("a", "[[[[]]]]")).Refused(400, "validationError.value");
        (await _object.Apply("a", "push", """{"value":[[[]]]}""")).Refused();
        (await _object.Apply("b", "set-in", """{"path":"a.b.c.d","value":1}""")).Refused();
        (await _object.Apply("b", "set-in", """{"path":"a.b.c","value":1}""")).Ok();
        Assert.Equal("[[[]]]", (await _object.Get("a")).Ok().Value);
        (await _object.Message("[[[]]]")).Ok(204);
        (await _object.Message("[[[[]]]]")).Refused();
    }

    [Fact]
    public async Task Object_connections()
    {
        await using var first = await WireSocket.Open(narrow.Server, _object);
        var second = await WireSocket.Open(narrow.Server, _object);
        await using (var third = await WireSocket.Dial(narrow.Server, _object))
        {
            await third.Send("""{"event":"ping"}""");
            await third.ReceiveError();
            // The word makes the SDK stop reconnecting.
            Assert.Contains("TierLimitExceeded", await third.ReceiveClose(4500), StringComparison.Ordinal);
            await third.ReceiveEnd();
        }
        await using (await WireSocket.Open(narrow.Server, narrow.Server.NewObject()))
        {
            // Another object has its own connections.
        }
        await first.ReceiveNothingMore();
        await second.SendFrame(0x80 | WireSocket.Close, []);
        await second.ReceiveClose(1000);
        await second.ReceiveEnd();
        await using var fourth = await WireSocket.Open(narrow.Server, _object);
    }

    private static string Text(int bytes) => $"\"{new string('x', bytes - 2)}\"";

    /// <summary>A server whose limits are all small.</summary>
    public sealed class Narrow : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await TestServer.Start(
            ("Limits__ItemBytes", "100"),
            ("Limits__ObjectBytes", "250"),
            ("Limits__ObjectItems", "3"),
            ("Limits__MessageBytes", "50"),
            ("Limits__PresenceBytes", "20"),
            ("Limits__JsonDepth", "3"),
            ("Limits__ObjectConnections", "2"),
            ("Sockets__RefusalHold", "00:00:00.100"));

        public async ValueTask DisposeAsync()
        {
            if (Server is not null)
                await Server.DisposeAsync();
        }
    }
}
