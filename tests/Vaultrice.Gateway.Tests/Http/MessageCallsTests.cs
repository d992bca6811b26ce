using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>Messages sent over HTTP.</summary>
public sealed class MessageCallsTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_message_is_answered_204_without_body_and_reaches_every_socket()
    {
        await using var first = await WireSocket.Open(shared.Server, _object);
        await using var second = await WireSocket.Open(shared.Server, _object);
        var answer = (await _object.Message("""{"big":12345678901234567890.5,"x":"ä"}""")).Ok(204);
        Assert.Equal("", answer.Body);
        Assert.Null(answer.ContentType);
        const string expected = """{"event":"message","payload":{"big":12345678901234567890.5,"x":"ä"}}""";
        Assert.Equal(expected, await first.ReceiveText("The message did not come"));
        Assert.Equal(expected, await second.ReceiveText("The message did not come"));
    }

    [Fact]
    public async Task A_plain_text_message_arrives_as_a_string_with_its_key_version_at_the_top()
    {
        (await _object.Encryption()).Ok();
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await _object.Message("""{"iv":"a","data":"b\"c"}""", "text/plain;charset=UTF-8", ("X-Enc-KV", "0"))).Ok(204);
        var received = await socket.ReceiveEvent("message");
        Assert.Equal(["event", "payload", "keyVersion"], received.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"iv":"a","data":"b\"c"}""", received.GetProperty("payload").GetString());
        Assert.Equal(0, received.GetProperty("keyVersion").GetInt32());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1e308")]
    public async Task A_message_may_be_any_JSON(string json)
    {
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await _object.Message(json)).Ok(204);
        Assert.Equal($"{{\"event\":\"message\",\"payload\":{json}}}", await socket.ReceiveText("The message did not come"));
    }

    [Fact]
    public async Task A_message_to_nobody_is_204() => (await _object.Message("1")).Ok(204);

    [Fact]
    public async Task A_message_stays_with_its_object()
    {
        var other = shared.Server.NewObject();
        await using var socket = await WireSocket.Open(shared.Server, _object);
        (await other.Message("\"not for you\"")).Ok(204);
        (await _object.Message("\"for you\"")).Ok(204);
        Assert.Contains("\"for you\"", await socket.ReceiveText("The message did not come"), StringComparison.Ordinal);
    }
}
