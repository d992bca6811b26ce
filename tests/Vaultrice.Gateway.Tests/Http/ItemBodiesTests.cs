using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class ItemBodiesTests
{
    [Fact]
    public void A_write_has_all_its_members()
    {
        var write = Accepted(Write("""{"updatedAt":1700000000000,"ifAbsent":true,"x":[{"y":1}],"ttl":1000.9,"value":1,"path":0}""", 7));
        Assert.Equal(new ItemWrite(write.Value, 1000, true, 1700000000000, 7), write);
    }

    [Fact]
    public void Null_counts_as_left_out_except_as_the_value()
    {
        var write = Accepted(Write("""{"value":null,"ttl":null,"ifAbsent":null,"updatedAt":null}"""));
        Assert.Equal(new ItemWrite(write.Value, null, false, null, null), write);
        Assert.Equal("null", Text(write.Value));
    }

    [Fact]
    public void Member_names_may_be_escaped() => Assert.Equal("1", Text(Accepted(Write("""{"v\u0061lue":1}""")).Value));

    [Theory]
    [InlineData("{}", StorageErrorCode.InvalidValue)]
    [InlineData("{\"ttl\":1}", StorageErrorCode.InvalidValue)]
    [InlineData("[]", StorageErrorCode.InvalidArgument)]
    [InlineData("1", StorageErrorCode.InvalidArgument)]
    [InlineData("null", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"ifAbsent\":1}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"ifAbsent\":\"true\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"updatedAt\":\"1\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"updatedAt\":1.5}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"updatedAt\":1e300}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"value\":1,\"updatedAt\":[]}", StorageErrorCode.InvalidArgument)]
    public void A_write_of_another_form_is_refused(string body, StorageErrorCode code) => Assert.Equal(code, Refused(Write(body)));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.999", 1)]
    [InlineData("6e4", 60_000)]
    [InlineData("8.6e15", 8_600_000_000_000_000)]
    public void A_ttl_is_whole_milliseconds(string ttl, long expected) =>
        Assert.Equal(expected, Accepted(Write($"{{\"value\":1,\"ttl\":{ttl}}}")).Ttl);

    [Theory]
    [InlineData("0")]
    [InlineData("0.999")]
    [InlineData("-1")]
    [InlineData("8600000000000001")]
    [InlineData("1e400")]
    [InlineData("1e99999999999")]
    [InlineData("\"1000\"")]
    [InlineData("true")]
    [InlineData("{}")]
    public void A_ttl_that_is_no_time_is_refused(string ttl) =>
        Assert.Equal(StorageErrorCode.InvalidTtl, Refused(Write($"{{\"value\":1,\"ttl\":{ttl}}}")));

    [Fact]
    public void Many_writes_come_in_order_with_their_names()
    {
        var writes = Accepted(Writes("""{"b":{"value":1,"ttl":5},"a/\u00e4":{"ifAbsent":true,"value":[2]},"value":{"value":"\ud800"}}""", 2));
        Assert.Equal(["b", "a/ä", "value"], writes.Select(w => w.Name));
        Assert.Equal(["1", "[2]", "\"\\ud800\""], writes.Select(w => Text(w.Write.Value)));
        Assert.Equal([5, null, null], writes.Select(w => w.Write.Ttl));
        Assert.All(writes, w => Assert.Equal(2, w.Write.KeyVersion));
    }

    [Theory]
    [InlineData("{}", StorageErrorCode.InvalidArgument)]
    [InlineData("[]", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"a\":1}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"a\":null}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"a\":{}}", StorageErrorCode.InvalidValue)]
    [InlineData("{\"a\":{\"value\":1,\"ttl\":0}}", StorageErrorCode.InvalidTtl)]
    [InlineData("{\"\":{\"value\":1}}", StorageErrorCode.InvalidName)]
    [InlineData("{\"a/../b\":{\"value\":1}}", StorageErrorCode.InvalidName)]
    [InlineData("{\"\\u0000\":{\"value\":1}}", StorageErrorCode.InvalidName)]
    [InlineData("{\"\\ud800\":{\"value\":1}}", StorageErrorCode.InvalidName)]
    [InlineData("{\"a\":{\"value\":1},\"\\u0061\":{\"value\":1}}", StorageErrorCode.InvalidJson)]
    [InlineData("{\"a\":{\"value\":1,\"value\":1}}", StorageErrorCode.InvalidJson)]
    [InlineData("{\"a\":{\"value\":1}", StorageErrorCode.InvalidJson)]
    [InlineData("{\"a\":{\"value\":1}}1", StorageErrorCode.InvalidJson)]
    public void Many_writes_of_another_form_are_refused(string body, StorageErrorCode code) => Assert.Equal(code, Refused(Writes(body)));

    [Fact]
    public void A_refusal_names_the_item_it_is_about()
    {
        Assert.Equal(["b"], Writes("""{"a":{"value":1},"b":{"ttl":1}}""").Error!.Items);
        Assert.Equal(["b"], Writes($"{{\"a\":{{\"value\":1}},\"b\":{{\"value\":{Sized(41)}}}}}").Error!.Items);
        Assert.Empty(Writes("""{"a":{"value":1},"b":{"value":""").Error!.Items);
    }

    [Fact]
    public void Names_come_in_order_and_once()
    {
        Assert.Equal(["b", "a", "ä"], Accepted(Names("""["b","a","\u0062","ä"]""")));
        Assert.Empty(Accepted(Names("[]")));
        Assert.Single(Accepted(Names($"[{Sized(1026)}]")));
    }

    [Theory]
    [InlineData("{}", StorageErrorCode.InvalidArgument)]
    [InlineData("\"a\"", StorageErrorCode.InvalidArgument)]
    [InlineData("[1]", StorageErrorCode.InvalidArgument)]
    [InlineData("[null]", StorageErrorCode.InvalidArgument)]
    [InlineData("[\"a\",[\"b\"]]", StorageErrorCode.InvalidArgument)]
    [InlineData("[\"\"]", StorageErrorCode.InvalidName)]
    [InlineData("[\"\\ud800\"]", StorageErrorCode.InvalidName)]
    [InlineData("[\"a\"", StorageErrorCode.InvalidJson)]
    [InlineData("[\"a\"]]", StorageErrorCode.InvalidJson)]
    [InlineData("", StorageErrorCode.InvalidJson)]
    public void Names_of_another_form_are_refused(string body, StorageErrorCode code) => Assert.Equal(code, Refused(Names(body)));

    [Fact]
    public void A_name_one_byte_too_long_is_refused() =>
        Assert.Equal(StorageErrorCode.InvalidName, Refused(Names($"[{Sized(1027)}]")));

    private static StorageResult<ItemWrite> Write(string body, int? keyVersion = null) =>
        ItemBodies.ReadWrite(Bytes(body), keyVersion, Limits);

    private static StorageResult<System.Collections.Immutable.ImmutableArray<NamedWrite>> Writes(string body, int? keyVersion = null) =>
        ItemBodies.ReadWrites(Bytes(body), keyVersion, Limits);

    private static StorageResult<System.Collections.Immutable.ImmutableArray<string>> Names(string body) =>
        ItemBodies.ReadNames(Bytes(body), Limits);
}
