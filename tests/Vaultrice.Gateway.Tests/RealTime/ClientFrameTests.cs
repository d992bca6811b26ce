using Vaultrice.Gateway.RealTime;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.RealTime;

public sealed class ClientFrameTests
{
    [Fact]
    public void A_frame_has_all_its_members()
    {
        var frame = Accepted(Read(
            """{"payload":{"a":1.0},"auth":{"token":"t"},"x":[{"y":1}],"event":"message","keyVersion":0,"connectionId":"\u0061-1"}"""));
        Assert.Equal(("message", "a-1", 0, """{"token":"t"}"""), (frame.Event, frame.ConnectionId, frame.KeyVersion, frame.Auth));
        Assert.Equal("""{"a":1.0}""", Text(frame.Payload!.Value));
    }

    [Fact]
    public void A_frame_needs_nothing_but_its_event() =>
        Assert.Equal(new ClientFrame("ping", null, null, null, null), Accepted(Read("""{"event":"ping"}""")));

    [Fact]
    public void Null_counts_as_left_out_except_as_the_payload()
    {
        var frame = Accepted(Read("""{"event":"presence:join","payload":null,"connectionId":null,"keyVersion":null,"auth":null}"""));
        Assert.Equal(new ClientFrame("presence:join", frame.Payload, null, null, null), frame);
        Assert.Equal("null", Text(frame.Payload!.Value));
    }

    [Fact]
    public void An_event_that_nobody_knows_is_left_to_others() =>
        Assert.Equal("prêt", Accepted(Read("""{"event":"pr\u00eat"}""")).Event);

    [Fact]
    public void An_escaped_event_is_the_same_event() =>
        Assert.Same(ClientFrame.Ping, Accepted(Read("""{"event":"p\u0069ng"}""")).Event);

    [Theory]
    [InlineData("{}", StorageErrorCode.InvalidArgument)]
    [InlineData("\"ping\"", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":null}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":1}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"\\ud800\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"resume\",\"connectionId\":1}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"message\",\"keyVersion\":-1}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"message\",\"keyVersion\":0.5}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"message\",\"keyVersion\":2147483648}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"message\",\"keyVersion\":\"0\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"event\":\"message\",\"payload\":[[[[[]]]]]}", StorageErrorCode.InvalidValue)]
    [InlineData("{\"event\":\"message\",\"payload\":{\"a\":1,\"a\":1}}", StorageErrorCode.InvalidJson)]
    [InlineData("{\"event\":\"ping\",\"event\":\"ping\"}", StorageErrorCode.InvalidJson)]
    [InlineData("{\"event\":\"ping\"", StorageErrorCode.InvalidJson)]
    [InlineData("{\"event\":\"ping\"}{}", StorageErrorCode.InvalidJson)]
    [InlineData("", StorageErrorCode.InvalidJson)]
    public void A_frame_of_another_form_is_refused(string frame, StorageErrorCode code) => Assert.Equal(code, Refused(Read(frame)));

    [Fact]
    public void The_largest_key_version_passes() =>
        Assert.Equal(int.MaxValue, Accepted(Read("""{"event":"message","keyVersion":2147483647}""")).KeyVersion);

    [Fact]
    public void A_payload_may_be_as_large_as_its_event_allows_and_no_larger()
    {
        Accepted(Read($"{{\"payload\":{Sized(30)},\"event\":\"message\"}}"));
        Assert.Equal(StorageErrorCode.MessageTooLarge, Refused(Read($"{{\"payload\":{Sized(31)},\"event\":\"message\"}}")));
        Accepted(Read($"{{\"payload\":{Sized(20)},\"event\":\"presence:join\"}}"));
        Assert.Equal(StorageErrorCode.PresenceTooLarge, Refused(Read($"{{\"payload\":{Sized(21)},\"event\":\"presence:join\"}}")));
    }

    private static StorageResult<ClientFrame> Read(string frame) => ClientFrame.Read(Bytes(frame), Limits);
}
