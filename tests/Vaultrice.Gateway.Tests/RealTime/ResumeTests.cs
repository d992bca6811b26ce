using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>A client that comes back goes on where it was.</summary>
public sealed class ResumeTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task What_was_missed_comes_after_the_greeting_in_order_and_nothing_twice()
    {
        var lost = await WireSocket.Open(shared.Server, _object);
        (await _object.Set("a", "1")).Ok();
        await lost.ReceiveEvent("setItem");
        await lost.Confirm();
        lost.Abort();

        (await _object.Set("b", "2")).Ok();
        (await _object.Message("\"hello\"")).Ok(204);
        (await _object.Remove("a")).Ok(204);
        (await _object.Apply("b", "increment", """{"value":1}""")).Ok();

        await using var back = await Resume(lost.ConnectionId);
        Assert.Equal(lost.ConnectionId, await back.ReceiveGreeting("resume:ack"));
        Assert.Equal("2", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("value").GetRawText());
        Assert.Equal("""{"event":"message","payload":"hello"}""", await back.ReceiveText("The message did not come"));
        Assert.Equal("""{"event":"removeItem","payload":{"prop":"a"}}""", await back.ReceiveText("The removal was not told"));
        Assert.Equal("3", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("value").GetRawText());
        await back.ReceiveNothingMore();
        (await _object.Set("c", "1")).Ok();
        await back.ReceiveEvent("setItem");
    }

    [Fact]
    public async Task A_resume_that_missed_nothing_gets_nothing()
    {
        var lost = await WireSocket.Open(shared.Server, _object);
        lost.Abort();
        await using var back = await Resume(lost.ConnectionId);
        await back.ReceiveGreeting("resume:ack");
        await back.ReceiveNothingMore();
    }

    [Fact]
    public async Task The_first_frame_may_come_after_the_greeting_and_still_resume()
    {
        var lost = await WireSocket.Open(shared.Server, _object);
        lost.Abort();
        (await _object.Set("a", "1")).Ok();
        await using var back = await WireSocket.Dial(shared.Server, _object);
        Assert.NotEqual(lost.ConnectionId, await back.ReceiveGreeting("connected"));
        (await _object.Set("b", "1")).Ok();
        await back.ReceiveEvent("setItem");
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{lost.ConnectionId}\"}}");
        Assert.Equal(lost.ConnectionId, await back.ReceiveGreeting("resume:ack"));
        Assert.Equal("a", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("prop").GetString());
        // It is told what it heard under its short-lived id once more; events of items say the same twice.
        Assert.Equal("b", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("prop").GetString());
        await back.ReceiveNothingMore();
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task A_connection_nobody_knows_becomes_a_new_one(string id)
    {
        await using var socket = await Resume(id);
        Assert.NotEqual(id, await socket.ReceiveGreeting("connected"));
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_connection_of_another_object_becomes_a_new_one()
    {
        var lost = await WireSocket.Open(shared.Server, shared.Server.NewObject());
        lost.Abort();
        await using var socket = await Resume(lost.ConnectionId);
        Assert.NotEqual(lost.ConnectionId, await socket.ReceiveGreeting("connected"));
    }

    [Fact]
    public async Task A_connection_whose_peer_still_answers_cannot_be_taken_over()
    {
        await using var alive = await WireSocket.Open(shared.Server, _object);
        // It reads all the while, which is what answers pings.
        var hearing = alive.ReceiveEvent("setItem");
        await using var thief = await Resume(alive.ConnectionId);
        Assert.NotEqual(alive.ConnectionId, await thief.ReceiveGreeting("connected"));
        (await _object.Set("a", "1")).Ok();
        await hearing;
        await thief.ReceiveEvent("setItem");
    }

    [Fact]
    public async Task A_connection_whose_peer_is_gone_without_a_trace_is_taken_over_soon()
    {
        await using var deaf = await WireSocket.Open(shared.Server, _object, answersPings: false);
        (await _object.Set("a", "1")).Ok();
        await using var back = await Resume(deaf.ConnectionId);
        Assert.Equal(deaf.ConnectionId, await back.ReceiveGreeting("resume:ack"));
        Assert.Equal("a", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("prop").GetString());
        await deaf.ReceiveEnd();
    }

    [Fact]
    public async Task Presence_outlives_the_gap_and_nobody_sees_a_leave()
    {
        await using var watcher = await WireSocket.Open(shared.Server, _object);
        var lost = await WireSocket.Open(shared.Server, _object);
        await lost.Send("""{"event":"presence:join","payload":"me"}""");
        await watcher.ReceiveEvent("presence:join");
        lost.Abort();
        await using var back = await Resume(lost.ConnectionId);
        await back.ReceiveGreeting("resume:ack");
        var listed = Assert.Single((await _object.Presence()).Ok().Json.EnumerateArray());
        Assert.Equal(lost.PublicId, listed.GetProperty("connectionId").GetString());
        await watcher.ReceiveNothingMore();
    }

    [Fact]
    public async Task What_the_client_said_itself_is_not_told_to_it_when_it_comes_back()
    {
        var lost = await WireSocket.Open(shared.Server, _object, answersPings: false);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await lost.Send("""{"event":"message","payload":"mine"}""");
        await other.ReceiveEvent("message");
        lost.Abort();
        await using var back = await Resume(lost.ConnectionId);
        await back.ReceiveGreeting("resume:ack");
        await back.ReceiveNothingMore();
    }

    [Fact]
    public async Task Missing_more_than_a_socket_may_have_waiting_is_caught_up_in_one_go()
    {
        var lost = await WireSocket.Open(shared.Server, _object);
        lost.Abort();
        // 9 MB: more than the object's ring and a socket's queue hold, and more than the kernel buffers.
        var value = $"\"{new string('x', 128 * 1024 - 2)}\"";
        for (var i = 0; i < 72; i++)
            (await _object.Set($"big-{i}", value)).Ok();
        await using var back = await Resume(lost.ConnectionId);
        await back.ReceiveGreeting("resume:ack");
        for (var i = 0; i < 72; i++)
            Assert.Equal($"big-{i}", (await back.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("prop").GetString());
        await back.ReceiveNothingMore();
    }

    private async Task<WireSocket> Resume(string connectionId)
    {
        var socket = await WireSocket.Dial(shared.Server, _object);
        await socket.Send($"{{\"event\":\"resume\",\"connectionId\":\"{connectionId}\"}}");
        return socket;
    }
}
