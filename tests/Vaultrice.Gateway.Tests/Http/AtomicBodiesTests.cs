using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class AtomicBodiesTests
{
    [Theory]
    [InlineData("increment", false)]
    [InlineData("decrement", true)]
    public void An_increment_keeps_its_amount_as_it_was_written(string operation, bool subtract)
    {
        var increment = Assert.IsType<Increment>(Accepted(Read(operation, """{"value":-1.50e0,"ttl":5,"updatedAt":6}""")));
        Assert.Equal("-1.50e0", Text(increment.Amount));
        Assert.Equal((subtract, 5, 6), (increment.Subtract, increment.Ttl, increment.UpdatedAt));
    }

    [Fact]
    public void A_push_takes_any_value() =>
        Assert.Equal("null", Text(Assert.IsType<Push>(Accepted(Read("push", """{"value":null}"""))).Element));

    [Fact]
    public void A_merge_takes_an_object() =>
        Assert.Equal("{ \"a\":1.0}", Text(Assert.IsType<Merge>(Accepted(Read("merge", """{"value":{ "a":1.0}}"""))).Members));

    [Fact]
    public void A_splice_takes_javascripts_arguments()
    {
        var splice = Assert.IsType<Splice>(Accepted(Read("splice", """{"startIndex":-1.5,"deleteCount":2,"items":[ 1.0 ,[2], {"a":"]"}]}""")));
        Assert.Equal((-1.5, 2.0), (splice.StartIndex, splice.DeleteCount));
        Assert.Equal(["1.0", "[2]", "{\"a\":\"]\"}"], splice.Items.Select(Text));
    }

    [Theory]
    [InlineData("{\"startIndex\":0}")]
    [InlineData("{\"startIndex\":0,\"deleteCount\":null,\"items\":null}")]
    public void A_splice_without_a_count_removes_everything_to_the_end(string body)
    {
        var splice = Assert.IsType<Splice>(Accepted(Read("splice", body)));
        Assert.Equal(double.PositiveInfinity, splice.DeleteCount);
        Assert.Empty(splice.Items);
    }

    [Theory]
    [InlineData("\"a.b.0\"", "a", "b", "0")]
    [InlineData("\"..a..b.\"", "a", "b")]
    [InlineData("\"\\u0061\\u002eb\"", "a", "b")]
    [InlineData("[\"a.b\",\"\",0,10]", "a.b", "", "0", "10")]
    [InlineData("[\"__proto__\"]", "__proto__")]
    public void A_path_is_a_dot_string_or_an_array(string path, params string[] segments)
    {
        var setIn = Assert.IsType<SetIn>(Accepted(Read("set-in", $"{{\"path\":{path},\"value\":null}}")));
        Assert.Equal(segments, setIn.Path);
        Assert.Equal("null", Text(setIn.Value));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"...\"")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[[\"a\"]]")]
    [InlineData("[-1]")]
    [InlineData("[0.5]")]
    [InlineData("[1e300]")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[\"\\ud800\"]")]
    public void A_path_of_another_form_is_refused(string path) =>
        Assert.Equal(StorageErrorCode.InvalidArgument, Refused(Read("set-in", $"{{\"path\":{path},\"value\":1}}")));

    [Fact]
    public void A_path_may_be_as_long_as_a_value_is_deep_and_no_longer()
    {
        Accepted(Read("set-in", """{"path":"a.b.c.d","value":1}"""));
        Accepted(Read("set-in", """{"path":["a","b","c",0],"value":1}"""));
        Assert.Equal(StorageErrorCode.InvalidArgument, Refused(Read("set-in", """{"path":"a.b.c.d.e","value":1}""")));
        Assert.Equal(StorageErrorCode.InvalidArgument, Refused(Read("set-in", """{"path":["a","b","c","d",0],"value":1}""")));
    }

    [Fact]
    public void A_part_of_a_path_may_have_1024_bytes_and_no_more()
    {
        Accepted(Read("set-in", $"{{\"path\":{Sized(1026)},\"value\":1}}"));
        Accepted(Read("set-in", $"{{\"path\":\"{new string('ä', 512)}\",\"value\":1}}"));
        Assert.Equal(StorageErrorCode.InvalidArgument, Refused(Read("set-in", $"{{\"path\":{Sized(1027)},\"value\":1}}")));
        Assert.Equal(StorageErrorCode.InvalidArgument, Refused(Read("set-in", $"{{\"path\":[\"a{new string('ä', 512)}\"],\"value\":1}}")));
    }

    [Theory]
    [InlineData("increment", "{}", StorageErrorCode.InvalidType)]
    [InlineData("increment", "{\"value\":null}", StorageErrorCode.InvalidType)]
    [InlineData("decrement", "{\"value\":\"1\"}", StorageErrorCode.InvalidType)]
    [InlineData("increment", "{\"value\":1,\"ttl\":0}", StorageErrorCode.InvalidTtl)]
    [InlineData("increment", "{\"value\":1,\"updatedAt\":0.5}", StorageErrorCode.InvalidArgument)]
    [InlineData("increment", "[]", StorageErrorCode.InvalidArgument)]
    [InlineData("increment", "{\"value\":1", StorageErrorCode.InvalidJson)]
    [InlineData("push", "{}", StorageErrorCode.InvalidValue)]
    [InlineData("push", "{\"value\":{\"a\":1,\"a\":1}}", StorageErrorCode.InvalidJson)]
    [InlineData("push", "{\"value\":[[[[[]]]]]}", StorageErrorCode.InvalidValue)]
    [InlineData("merge", "{}", StorageErrorCode.InvalidType)]
    [InlineData("merge", "{\"value\":[]}", StorageErrorCode.InvalidType)]
    [InlineData("splice", "{}", StorageErrorCode.InvalidArgument)]
    [InlineData("splice", "{\"startIndex\":null}", StorageErrorCode.InvalidArgument)]
    [InlineData("splice", "{\"startIndex\":\"0\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("splice", "{\"startIndex\":0,\"deleteCount\":\"0\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("splice", "{\"startIndex\":0,\"items\":{}}", StorageErrorCode.InvalidArgument)]
    [InlineData("splice", "{\"startIndex\":0,\"items\":[{\"a\":1,\"a\":1}]}", StorageErrorCode.InvalidJson)]
    [InlineData("splice", "{\"startIndex\":0,\"items\":[[[[[]]]]]}", StorageErrorCode.InvalidValue)]
    [InlineData("splice", "{\"startIndex\":0,\"items\":[\"123456789012345678901234567890\",\"1234567890\"]}", StorageErrorCode.ItemTooLarge)]
    [InlineData("set-in", "{\"path\":\"a\"}", StorageErrorCode.InvalidValue)]
    [InlineData("set-in", "{\"value\":1}", StorageErrorCode.InvalidArgument)]
    [InlineData("rename", "{\"value\":1}", StorageErrorCode.UnknownRoute)]
    public void An_operation_of_another_form_is_refused(string operation, string body, StorageErrorCode code) =>
        Assert.Equal(code, Refused(Read(operation, body)));

    private static StorageResult<AtomicOperation> Read(string operation, string body) => AtomicBodies.Read(operation, Bytes(body), Limits);
}
