using System.Diagnostics;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>Sockets that are slow, silent, unfinished or gone must not live for ever and must not harm others.</summary>
public sealed class UnwellSocketsTests(StrictServer strict) : IClassFixture<StrictServer>
{
    private readonly Calls _object = strict.Server.NewObject();

    [Fact]
    public async Task A_socket_that_does_not_read_is_closed_while_others_get_everything_and_then_catches_up_exactly()
    {
        const int messages = 400;
        var padding = new string('x', 30_000);
        await using var slow = await WireSocket.Dial(strict.Server, _object, receiveBuffer: 4096);
        var id = await slow.ReceiveGreeting("connected");
        await using var quick = await WireSocket.Open(strict.Server, _object);
        for (var i = 0; i < messages; i++)
        {
            (await _object.Message($"{{\"n\":{i},\"padding\":\"{padding}\"}}")).Ok(204);
            Assert.Equal(i, await NumberOf(quick));
        }

        // What the slow one still finds in its buffers is the beginning, without a gap; then its connection is over.
        var seen = 0;
        while (await slow.Receive("The slow socket was not closed") is { } frame)
        {
            if (frame.Opcode == WireSocket.Close)
            {
                Assert.Equal(4000, frame.CloseCode);
                break;
            }
            Assert.StartsWith($"{{\"event\":\"message\",\"payload\":{{\"n\":{seen++},", frame.Text, StringComparison.Ordinal);
        }
        Assert.True(seen < messages, "The slow socket got everything: it was not closed for being slow.");

        await using var back = await WireSocket.Dial(strict.Server, _object);
        await back.Send($"{{\"event\":\"resume\",\"connectionId\":\"{id}\"}}");
        Assert.Equal(id, await back.ReceiveGreeting("resume:ack"));
        var first = await NumberOf(back);
        Assert.True(first <= seen, $"Message {seen} is missing: the first one after coming back is {first}.");
        for (var i = first + 1; i < messages; i++)
            Assert.Equal(i, await NumberOf(back));
        await back.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_peer_that_answers_no_pings_is_cut_off_and_one_that_does_stays()
    {
        await using var quiet = await WireSocket.Open(strict.Server, _object);
        var hearing = quiet.ReceiveText("The message did not come");
        await using (var silent = await WireSocket.Open(strict.Server, strict.Server.NewObject(), answersPings: false))
            await silent.ReceiveEnd(TimeSpan.FromSeconds(30));
        // By now a quiet one that was not counted as alive would be gone too.
        (await _object.Message("1")).Ok(204);
        await hearing;
    }

    [Theory]
    [InlineData(0x01)] // a message without an end
    [InlineData(0x81)] // half a frame
    public async Task What_is_begun_and_never_finished_is_closed(int first)
    {
        // A pong would finish the frame.
        await using var socket = await WireSocket.Open(strict.Server, _object, answersPings: false);
        if (first == 0x01)
            await socket.SendFrame(first, "{"u8.ToArray());
        else
            await socket.Write([(byte)first, 0x85, 1, 2, 3, 4, 5]);
        await socket.ReceiveClose(4001, TimeSpan.FromSeconds(30));
        await socket.ReceiveEnd();
    }

    [Fact]
    public async Task A_message_that_comes_a_byte_at_a_time_for_ever_is_closed()
    {
        await using var socket = await WireSocket.Open(strict.Server, _object);
        var closing = socket.ReceiveClose(4001, TimeSpan.FromSeconds(30));
        await socket.SendFrame(0x01, "{"u8.ToArray());
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!closing.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            await socket.SendFrame(0x00, " "u8.ToArray());
        await closing;
    }

    [Fact]
    public async Task A_peer_that_vanished_leaves_presence_after_the_grace_period()
    {
        await using var watcher = await WireSocket.Open(strict.Server, _object);
        var gone = await WireSocket.Open(strict.Server, _object);
        await gone.Send("""{"event":"presence:join","payload":"me"}""");
        await watcher.ReceiveEvent("presence:join");
        var watch = Stopwatch.StartNew();
        gone.Abort();
        var left = await watcher.ReceiveEvent("presence:leave");
        Assert.Equal(gone.PublicId, left.GetProperty("connectionId").GetString());
        Assert.True(watch.ElapsedMilliseconds >= 490, $"It left after {watch.ElapsedMilliseconds} ms already.");
        Assert.Equal("[]", (await _object.Presence()).Ok().Body);
    }

    [Fact]
    public async Task A_handshake_that_is_never_followed_by_a_word_is_cut_off_too()
    {
        await using var socket = await WireSocket.Dial(strict.Server, _object, answersPings: false);
        await socket.ReceiveGreeting("connected");
        await socket.ReceiveEnd(TimeSpan.FromSeconds(30));
    }

    private static async Task<int> NumberOf(WireSocket socket)
    {
        var message = await socket.ReceiveEvent("message");
        return message.GetProperty("payload").GetProperty("n").GetInt32();
    }
}
