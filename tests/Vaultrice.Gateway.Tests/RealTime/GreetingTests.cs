using System.Diagnostics;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>How a socket is greeted, once, with or without a first frame.</summary>
public sealed class GreetingTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_first_frame_is_answered_by_the_greeting_before_anything_else()
    {
        await using var socket = await WireSocket.Dial(shared.Server, _object);
        await socket.Send("""{"event":"ping"}""");
        var greeting = await socket.ReceiveEvent("connected");
        Assert.Equal(["event", "connectionId"], greeting.EnumerateObject().Select(member => member.Name));
        Assert.NotEmpty(greeting.GetProperty("connectionId").GetString()!);
        Assert.Equal("""{"event":"pong"}""", await socket.ReceiveText("The pong did not come"));
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_greeted_after_250_ms()
    {
        var watch = Stopwatch.StartNew();
        await using var socket = await WireSocket.Dial(shared.Server, _object);
        await socket.ReceiveGreeting("connected");
        Assert.True(watch.ElapsedMilliseconds >= 240, $"It was greeted after {watch.ElapsedMilliseconds} ms already.");
        await socket.ReceiveNothingMore();
    }

    [Fact]
    public async Task Every_connection_has_an_id_of_its_own()
    {
        await using var first = await WireSocket.Open(shared.Server, _object);
        await using var second = await WireSocket.Open(shared.Server, _object);
        Assert.NotEqual(first.ConnectionId, second.ConnectionId);
    }

    [Fact]
    public async Task Nothing_that_happens_after_the_greeting_is_lost_and_nothing_from_before_it_is_told()
    {
        (await _object.Set("before", "1")).Ok();
        await using var socket = await WireSocket.Dial(shared.Server, _object);
        await socket.ReceiveGreeting("connected");
        (await _object.Set("after", "1")).Ok();
        Assert.Equal("after", (await socket.ReceiveEvent("setItem")).GetProperty("payload").GetProperty("prop").GetString());
    }

    [Fact]
    public async Task A_token_in_the_query_and_credentials_in_the_header_both_open_a_socket()
    {
        var token = (await _object.Token()).Ok().Body;
        await using var first = await WireSocket.Dial(shared.Server, _object, $"Bearer+{token}");
        await first.ReceiveGreeting("connected");
        await using var second = await WireSocket.Dial(shared.Server, _object, $"Bearer%20{token}");
        await second.ReceiveGreeting("connected");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer+nonsense")]
    [InlineData("Bearer+")]
    [InlineData("Basic+a2V5LTE6d3Jvbmcgc2VjcmV0")]
    [InlineData("Nonsense")]
    [InlineData("%ff")]
    public async Task Bad_credentials_get_their_upgrade_an_explanation_and_after_a_while_a_close(string auth)
    {
        var watch = Stopwatch.StartNew();
        await using var socket = await WireSocket.Dial(shared.Server, _object, auth);
        Assert.NotEmpty(await socket.ReceiveError());
        await socket.ReceiveClose(1008);
        Assert.True(watch.ElapsedMilliseconds >= 190, $"It was closed after {watch.ElapsedMilliseconds} ms already.");
        await socket.ReceiveEnd();
    }

    [Fact]
    public async Task A_refused_socket_hears_nothing_of_the_object_and_cannot_speak_to_it()
    {
        await using var listener = await WireSocket.Open(shared.Server, _object);
        await using var refused = await WireSocket.Dial(shared.Server, _object, "Bearer+nonsense");
        await refused.Send("""{"event":"message","payload":"intruder"}""");
        await refused.ReceiveError();
        (await _object.Set("a", "1")).Ok();
        await refused.ReceiveClose(1008);
        await listener.ReceiveEvent("setItem");
        await listener.ReceiveNothingMore();
    }
}
