using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>Who is there, as events and as a list.</summary>
public sealed class PresenceTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_join_is_told_to_all_and_listed()
    {
        await using var joiner = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await joiner.Send("""{"event":"presence:join","payload":{"name":"Ann","n":12345678901234567890}}""");
        var told = await joiner.ReceiveText("The join was not told to the joiner");
        Assert.Equal(told, await other.ReceiveText("The join was not told"));
        Assert.Matches(
            $"^{{\"event\":\"presence:join\",\"connectionId\":\"{joiner.PublicId}\",\"joinedAt\":[0-9]{{13}},\"payload\":{{\"name\":\"Ann\",\"n\":12345678901234567890}}}}$", told);

        var list = (await _object.Presence()).Ok();
        Assert.Equal("application/json", list.ContentType);
        var listed = Assert.Single(list.Json.EnumerateArray());
        Assert.Equal(["connectionId", "joinedAt", "data"], listed.EnumerateObject().Select(member => member.Name));
        Assert.Equal(joiner.PublicId, listed.GetProperty("connectionId").GetString());
        Assert.Equal("""{"name":"Ann","n":12345678901234567890}""", listed.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_leave_is_told_to_all_with_the_data_joined_with()
    {
        await using var joiner = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await Join(joiner, "\"me\"", other);
        await joiner.Send("""{"event":"presence:leave"}""");
        var expected = $"{{\"event\":\"presence:leave\",\"connectionId\":\"{joiner.PublicId}\",\"payload\":\"me\"}}";
        Assert.Equal(expected, await joiner.ReceiveText("The leave was not told to the leaver"));
        Assert.Equal(expected, await other.ReceiveText("The leave was not told"));
        Assert.Equal("[]", (await _object.Presence()).Ok().Body);
    }

    [Fact]
    public async Task A_key_version_is_at_the_top_of_events_and_in_the_list()
    {
        (await _object.Encryption()).Ok();
        await using var joiner = await WireSocket.Open(shared.Server, _object);
        await joiner.Send("""{"event":"presence:join","payload":"c","keyVersion":0}""");
        var told = await joiner.ReceiveEvent("presence:join");
        Assert.Equal(["event", "connectionId", "joinedAt", "payload", "keyVersion"], told.EnumerateObject().Select(member => member.Name));
        var listed = Assert.Single((await _object.Presence()).Ok().Json.EnumerateArray());
        Assert.Equal(["connectionId", "joinedAt", "data", "keyVersion"], listed.EnumerateObject().Select(member => member.Name));
        await joiner.Send("""{"event":"presence:leave","keyVersion":0}""");
        var left = await joiner.ReceiveEvent("presence:leave");
        Assert.Equal(["event", "connectionId", "payload", "keyVersion"], left.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Joining_again_replaces_the_data_and_keeps_the_place()
    {
        await using var first = await WireSocket.Open(shared.Server, _object);
        await Join(first, "1");
        await using var second = await WireSocket.Open(shared.Server, _object);
        await Join(second, "2", first);
        await Join(first, "3", second);
        var list = (await _object.Presence()).Ok().Json.EnumerateArray().Select(joined => joined.GetProperty("data").GetRawText());
        Assert.Equal(["3", "2"], list);
    }

    [Fact]
    public async Task A_connection_that_has_not_joined_is_not_listed_and_its_leave_is_not_told()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await socket.Send("""{"event":"presence:leave"}""");
        await socket.ReceiveNothingMore();
        await other.ReceiveNothingMore();
        Assert.Equal("[]", (await _object.Presence()).Ok().Body);
    }

    [Fact]
    public async Task A_goodbye_ends_presence_at_once()
    {
        await using var joiner = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await Join(joiner, "1", other);
        await joiner.SendFrame(0x80 | WireSocket.Close, [0x03, 0xe8]);
        await joiner.ReceiveClose(1000);
        var left = await other.ReceiveEvent("presence:leave");
        Assert.Equal(joiner.PublicId, left.GetProperty("connectionId").GetString());
        Assert.Equal("[]", (await _object.Presence()).Ok().Body);
    }

    private static async Task Join(WireSocket joiner, string payload, params WireSocket[] others)
    {
        await joiner.Send($"{{\"event\":\"presence:join\",\"payload\":{payload}}}");
        foreach (var socket in others.Append(joiner))
            Assert.Equal(payload, (await socket.ReceiveEvent("presence:join")).GetProperty("payload").GetRawText());
    }
}
