using System.Text.Json;
using Vaultrice.Gateway.Http;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class MessageBodiesTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("{\"a\" : 1.0}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[[[[]]]]")]
    public void A_json_message_keeps_every_byte(string payload) =>
        Assert.Equal(payload, Text(Accepted(MessageBodies.ReadJson(Bytes($" {payload}\n"), Limits))));

    [Theory]
    [InlineData("", StorageErrorCode.InvalidJson)]
    [InlineData("1 2", StorageErrorCode.InvalidJson)]
    [InlineData("{\"a\":1,\"a\":1}", StorageErrorCode.InvalidJson)]
    [InlineData("[[[[[]]]]]", StorageErrorCode.InvalidValue)]
    public void Another_json_is_refused(string body, StorageErrorCode code) =>
        Assert.Equal(code, Refused(MessageBodies.ReadJson(Bytes(body), Limits)));

    [Fact]
    public void A_message_may_be_as_large_as_the_limit_and_no_larger()
    {
        Accepted(MessageBodies.ReadJson(Bytes(Sized(30)), Limits));
        Assert.Equal(StorageErrorCode.MessageTooLarge, Refused(MessageBodies.ReadJson(Bytes(Sized(31)), Limits)));
        Accepted(MessageBodies.ReadText(Bytes(new string('x', 28)), Limits));
        Assert.Equal(StorageErrorCode.MessageTooLarge, Refused(MessageBodies.ReadText(Bytes(new string('x', 29)), Limits)));
        Assert.Equal(StorageErrorCode.MessageTooLarge, Refused(MessageBodies.ReadText(Bytes(new string('"', 28)), Limits)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"iv\":\"+/=\",\"x\":1}")]
    [InlineData("ä\U0001F600\u2028\0\\")]
    public void A_text_becomes_the_string_that_stands_for_it(string text) =>
        Assert.Equal(text, JsonSerializer.Deserialize<string>(Accepted(MessageBodies.ReadText(Bytes(text), Limits)).Span));

    [Fact]
    public void A_text_in_another_encoding_is_refused() =>
        Assert.Equal(StorageErrorCode.InvalidJson, Refused(MessageBodies.ReadText([0xE4], Limits)));
}
