using System.Text;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>What a client may do with frames (RFC 6455), and what it is told when it does something else.</summary>
public sealed class FrameTests(SharedServer shared)
{
    private const int Final = 0x80;

    /// <summary>The largest message the server reads at all, with default limits.</summary>
    private const int MaxFrame = 32 * 1024 + 4 * 1024 + 16 * 1024;

    private readonly Calls _object = shared.Server.NewObject();

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"ping\"")]
    [InlineData("{}")]
    [InlineData("""{"event":5}""")]
    [InlineData("""{"event":"nothing"}""")]
    [InlineData("""{"event":"message"}""")]
    [InlineData("""{"event":"presence:join"}""")]
    [InlineData("""{"event":"message","payload":1,"keyVersion":"x"}""")]
    [InlineData("""{"event":"message","payload":1,"keyVersion":99}""")]
    [InlineData("""{"event":"message","payload":{"a":1,"a":2}}""")]
    [InlineData("""{"event":"ping","event":"ping"}""")]
    [InlineData("""{"event":"resume","connectionId":"late"}""")]
    [InlineData("""{"event":"resume"}""")]
    public async Task A_refused_frame_is_explained_to_its_sender_alone_and_the_socket_stays_open(string text)
    {
        await using var sender = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        await sender.Send(text);
        Assert.NotEmpty(await sender.ReceiveError());
        await sender.ReceiveNothingMore();
        await other.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_refused_first_frame_is_explained_after_the_greeting()
    {
        await using var socket = await WireSocket.Dial(shared.Server, _object);
        await socket.Send("nonsense");
        await socket.ReceiveGreeting("connected");
        await socket.ReceiveError();
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_binary_frame_is_refused_and_the_socket_stays_open()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(Final | WireSocket.Binary, [0xff, 0x00]);
        await socket.ReceiveError();
        await socket.ReceiveNothingMore();
    }

    [Theory]
    [InlineData("message", 32 * 1024)]
    [InlineData("presence:join", 4 * 1024)]
    public async Task A_payload_may_have_its_limit_and_not_a_byte_more(string name, int limit)
    {
        await using var sender = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        var payload = $"\"{new string('x', limit - 2)}\"";
        await sender.Send($"{{\"event\":\"{name}\",\"payload\":{payload}}}");
        Assert.Equal(payload, (await other.ReceiveEvent(name)).GetProperty("payload").GetRawText());
        if (name == "presence:join")
            await sender.ReceiveEvent(name);

        await sender.Send($"{{\"event\":\"{name}\",\"payload\":{payload[..^1]}x\"}}");
        await sender.ReceiveError();
        await sender.ReceiveNothingMore();
        await other.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_message_too_big_to_be_read_closes_with_1009()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(Final | WireSocket.Text, new byte[MaxFrame]);
        await socket.ReceiveError();
        await socket.SendFrame(Final | WireSocket.Text, Encoding.ASCII.GetBytes(new string(' ', MaxFrame + 1)));
        await socket.ReceiveClose(1009);
        await socket.ReceiveEnd();
    }

    [Fact]
    public async Task A_length_beyond_all_measure_closes_with_1009_before_its_bytes_come()
    {
        foreach (var length in new byte[] { 0x7f, 0xff })
        {
            await using var socket = await WireSocket.Open(shared.Server, _object);
            await socket.Write([Final | WireSocket.Text, 0x80 | 127, length, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
            await socket.ReceiveClose(1009);
            await socket.ReceiveEnd();
        }
    }

    [Fact]
    public async Task Fragments_too_big_together_close_with_1009()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(WireSocket.Text, new byte[30_000]);
        await socket.SendFrame(Final, new byte[30_000]);
        await socket.ReceiveClose(1009);
        await socket.ReceiveEnd();
    }

    [Theory]
    [InlineData(Final | WireSocket.Text, 2, false)] // unmasked
    [InlineData(Final | WireSocket.Ping, 2, false)]
    [InlineData(Final | 0x40 | WireSocket.Text, 2, true)] // a reserved bit
    [InlineData(Final | 0x20 | WireSocket.Text, 2, true)]
    [InlineData(Final | 0x10 | WireSocket.Text, 2, true)]
    [InlineData(Final | 3, 2, true)] // reserved opcodes
    [InlineData(Final | 7, 2, true)]
    [InlineData(Final | 11, 2, true)]
    [InlineData(Final | 15, 2, true)]
    [InlineData(WireSocket.Ping, 2, true)] // a control frame in fragments
    [InlineData(Final | WireSocket.Ping, 126, true)] // and one too long
    [InlineData(Final, 2, true)] // a continuation of nothing
    [InlineData(0, 2, true)]
    public async Task A_frame_against_the_rules_closes_with_1002(int first, int length, bool masked)
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(first, new byte[length], masked);
        await socket.ReceiveClose(1002);
        await socket.ReceiveEnd();
    }

    [Fact]
    public async Task A_new_message_inside_an_unfinished_one_closes_with_1002()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(WireSocket.Text, "{"u8.ToArray());
        await socket.SendFrame(Final | WireSocket.Text, "{}"u8.ToArray());
        await socket.ReceiveClose(1002);
        await socket.ReceiveEnd();
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xc0, 0xaf })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public async Task Text_that_is_not_UTF_8_closes_with_1007(byte[] bytes)
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(Final | WireSocket.Text, [.. "{\"event\":\"message\",\"payload\":\""u8, .. bytes, .. "\"}"u8]);
        await socket.ReceiveClose(1007);
        await socket.ReceiveEnd();
    }

    [Fact]
    public async Task A_message_in_fragments_with_pings_between_them_is_put_together()
    {
        await using var sender = await WireSocket.Open(shared.Server, _object);
        await using var other = await WireSocket.Open(shared.Server, _object);
        var message = Encoding.UTF8.GetBytes("""{"event":"message","payload":"ä😀"}""");
        await sender.SendFrame(WireSocket.Text, []);
        for (var i = 0; i < message.Length; i++)
        {
            await sender.SendFrame(0, [message[i]]);
            if (i % 10 == 0)
            {
                await sender.SendFrame(Final | WireSocket.Ping, [(byte)i]);
                var pong = await sender.Receive("The pong did not come");
                Assert.Equal(WireSocket.Pong, pong!.Opcode);
                Assert.Equal([(byte)i], pong.Payload);
            }
        }
        await sender.SendFrame(Final, []);
        Assert.Equal("""{"event":"message","payload":"ä😀"}""", await other.ReceiveText("The message did not come"));
        await sender.ReceiveNothingMore();
    }

    [Fact]
    public async Task Frames_that_arrive_byte_by_byte_or_many_at_once_are_all_read()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        var ping = WireSocket.FrameOf(Final | WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        foreach (var b in ping)
            await socket.Write([b]);
        Assert.Equal("""{"event":"pong"}""", await socket.ReceiveText("The pong did not come"));
        await socket.Write([.. Enumerable.Repeat(ping, 1000).SelectMany(frame => frame)]);
        for (var i = 0; i < 1000; i++)
            Assert.Equal("""{"event":"pong"}""", await socket.ReceiveText($"Pong {i} did not come"));
    }

    [Fact]
    public async Task A_protocol_ping_comes_back_with_its_payload()
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        var payload = Encoding.ASCII.GetBytes(new string('p', 125));
        await socket.SendFrame(Final | WireSocket.Ping, payload);
        var pong = await socket.Receive("The pong did not come");
        Assert.Equal(WireSocket.Pong, pong!.Opcode);
        Assert.Equal(payload, pong.Payload);
        await socket.SendFrame(Final | WireSocket.Pong, "unasked"u8.ToArray());
        await socket.ReceiveNothingMore();
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x03, 0xe8 })]
    [InlineData(new byte[] { 0x03 })]
    [InlineData(new byte[] { 0x0f, 0xa0, (byte)'b', (byte)'y', (byte)'e' })]
    public async Task A_close_is_answered_and_the_connection_ends(byte[] payload)
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(Final | WireSocket.Close, payload);
        await socket.ReceiveClose(1000);
        await socket.ReceiveEnd();
    }
}
