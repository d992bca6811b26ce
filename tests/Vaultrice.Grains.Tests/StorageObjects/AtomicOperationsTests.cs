using System.Text;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

public sealed class AtomicOperationsTests
{
    private const int MaxDepth = 3;

    [Theory]
    [InlineData(null, "1", "1")]
    [InlineData("41", "1", "42")]
    [InlineData("41", "-1.0", "40")]
    [InlineData("0.1", "0.2", "0.30000000000000004")]
    [InlineData("1e20", "0", "100000000000000000000")]
    [InlineData("1e21", "0", "1e+21")]
    [InlineData("1e-7", "0", "1e-7")]
    [InlineData("0.000001", "0", "0.000001")]
    [InlineData("-0", "-0", "0")]
    [InlineData("9007199254740991", "1", "9007199254740992")]
    [InlineData("9007199254740992", "1", "9007199254740992")]
    [InlineData("-9007199254740992", "-1", "-9007199254740992")]
    [InlineData("9223372036854775807", "0", "9223372036854776000")]
    [InlineData("5e-324", "0", "5e-324")]
    [InlineData(" 1 ", "1", "2")]
    public void An_increment_adds_as_javascript_adds_and_prints(string? present, string amount, string result) =>
        Assert.Equal(result, Accepted(new Increment(Raw(amount), false, null, null), present));

    [Theory]
    [InlineData(null, "1", "-1")]
    [InlineData("-9007199254740991", "1", "-9007199254740992")]
    [InlineData("0", "0", "0")]
    [InlineData("1e308", "-7e307", "1.7e+308")]
    public void A_decrement_subtracts(string? present, string amount, string result) =>
        Assert.Equal(result, Accepted(new Increment(Raw(amount), true, null, null), present));

    [Theory]
    [InlineData("\"1\"", "1", StorageErrorCode.InvalidType)]
    [InlineData("null", "1", StorageErrorCode.InvalidType)]
    [InlineData("[1]", "1", StorageErrorCode.InvalidType)]
    [InlineData("1", "\"1\"", StorageErrorCode.InvalidValue)]
    [InlineData("1", "null", StorageErrorCode.InvalidValue)]
    [InlineData("1e308", "1e308", StorageErrorCode.InvalidValue)]
    [InlineData("1e400", "1", StorageErrorCode.InvalidValue)]
    [InlineData("1", "1e400", StorageErrorCode.InvalidValue)]
    public void An_increment_is_refused_without_two_numbers_and_a_finite_sum(string present, string amount, StorageErrorCode code) =>
        Assert.Equal(code, Refused(new Increment(Raw(amount), false, null, null), present));

    [Theory]
    [InlineData(null, "null", "[null]")]
    [InlineData("[]", "1", "[1]")]
    [InlineData("[ ]", "1", "[ 1]")]
    [InlineData("[1.0, \"\\u0061\\ud800\" ]", "{\"a\":1e308}", "[1.0, \"\\u0061\\ud800\" ,{\"a\":1e308}]")]
    [InlineData("[[]]", "1", "[[],1]")]
    public void A_push_appends_and_leaves_all_other_bytes(string? present, string element, string result) =>
        Assert.Equal(result, Accepted(new Push(Raw(element), null, null), present));

    [Theory]
    [InlineData(null, 5, 0, "[9]", "9")]
    [InlineData("[1.0, 2]", 1, 1, "[1.0,9]", "9")]
    [InlineData("[1.0 , 2]", 0, 1, "[2]")]
    [InlineData("[1, 2 ]", 0, 2, "[]")]
    [InlineData("[1,2,3]", -1, 1, "[1,2,9,8]", "9", "8")]
    [InlineData("[1,2,3]", -9, 1, "[2,3]")]
    [InlineData("[1,2,3]", 9, 1, "[1,2,3,9]", "9")]
    [InlineData("[1,2,3]", 1, double.PositiveInfinity, "[1]")]
    [InlineData("[1,2,3]", 1.9, 1.9, "[1,3]")]
    [InlineData("[1,2,3]", -0.9, -1, "[9,1,2,3]", "9")]
    [InlineData("[ 1 , 2 ]", 1, 0, "[ 1 , 2 ]")]
    public void A_splice_counts_as_javascript_counts(string? present, double start, double deleteCount, string result, params string[] items) =>
        Assert.Equal(result, Accepted(new Splice(start, deleteCount, [.. items.Select(Raw)], null, null), present));

    [Theory]
    [InlineData(null, "{\"a\":1}", "{\"a\":1}")]
    [InlineData("{\"a\":1}", "{}", "{\"a\":1}")]
    [InlineData("{ \"a\" : 1.0, \"b\":2 }", "{\"c\":[1 ],\"b\":12345678901234567890123}", "{ \"a\" : 1.0, \"b\":12345678901234567890123 ,\"c\":[1 ]}")]
    [InlineData("{\"a\":{\"x\":1}}", "{\"a\":{\"y\":2}}", "{\"a\":{\"y\":2}}")]
    [InlineData("{\"\\u0061\":1}", "{\"a\":2}", "{\"\\u0061\":2}")]
    [InlineData("{\"a\":1}", "{\"__proto__\":{\"b\":2}}", "{\"a\":1,\"__proto__\":{\"b\":2}}")]
    public void A_merge_overwrites_in_place_and_appends_the_rest(string? present, string members, string result) =>
        Assert.Equal(result, Accepted(new Merge(Raw(members), null, null), present));

    [Theory]
    [InlineData(null, "a.b", "1.0", "{\"a\":{\"b\":1.0}}")]
    [InlineData("{ \"a\" : 1e308, \"b\":\"\\ud800\" }", "a", "null", "{ \"a\" : null, \"b\":\"\\ud800\" }")]
    [InlineData("{\"a\":{\"b\":1,\"c\":2}}", "a.b", "[]", "{\"a\":{\"b\":[],\"c\":2}}")]
    [InlineData("{\"a\":null}", "a.b", "1", "{\"a\":{\"b\":1}}")]
    [InlineData("{\"a\":[1,2]}", "a.1", "3", "{\"a\":[1,3]}")]
    [InlineData("{\"a\":[1,2]}", "a.2", "3", "{\"a\":[1,2,3]}")]
    [InlineData("{\"a\":[]}", "a.0.b", "3", "{\"a\":[{\"b\":3}]}")]
    [InlineData("{\"a\":[null]}", "a.0.0", "3", "{\"a\":[{\"0\":3}]}")]
    [InlineData("[{}]", "0.a", "1", "[{\"a\":1}]")]
    [InlineData("{\"\\u0061\":{}}", "a.ä\U0001F600\"<", "1", "{\"\\u0061\":{\"ä\U0001F600\\\"<\":1}}")]
    [InlineData("{}", "\n\u001f\\", "1", "{\"\\u000a\\u001f\\\\\":1}")]
    [InlineData("{}", "__proto__.constructor", "1", "{\"__proto__\":{\"constructor\":1}}")]
    [InlineData("{\"a\":{}}", "a.0", "1", "{\"a\":{\"0\":1}}")]
    public void A_path_is_followed_and_its_missing_parents_are_made(string? present, string path, string value, string result) =>
        Assert.Equal(result, Accepted(new SetIn([.. path.Split('.')], Raw(value), null, null), present));

    [Theory]
    [InlineData("1", "a", StorageErrorCode.InvalidType)]
    [InlineData("null", "a", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":1}", "a.b", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":\"x\"}", "a.0", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":[]}", "a.b", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":[0]}", "a.-1", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":[0,1]}", "a.01", StorageErrorCode.InvalidType)]
    [InlineData("{\"a\":[0]}", "a.2", StorageErrorCode.InvalidValue)]
    [InlineData("{\"a\":[0]}", "a.99999999999", StorageErrorCode.InvalidValue)]
    public void A_path_is_refused_where_it_would_destroy_or_cannot_go(string present, string path, StorageErrorCode code) =>
        Assert.Equal(code, Refused(new SetIn([.. path.Split('.')], Raw("1"), null, null), present));

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"[]\"")]
    [InlineData("1")]
    public void Array_operations_refuse_what_is_no_array(string present)
    {
        Assert.Equal(StorageErrorCode.InvalidType, Refused(new Push(Raw("1"), null, null), present));
        Assert.Equal(StorageErrorCode.InvalidType, Refused(new Splice(0, 0, [], null, null), present));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("true")]
    public void A_merge_refuses_what_is_no_object(string present) =>
        Assert.Equal(StorageErrorCode.InvalidType, Refused(new Merge(Raw("{\"a\":1}"), null, null), present));

    [Fact]
    public void A_merge_refuses_members_that_are_no_object() =>
        Assert.Equal(StorageErrorCode.InvalidType, Refused(new Merge(Raw("[]"), null, null), "{}"));

    [Fact]
    public void The_result_may_be_as_deep_as_the_limit()
    {
        Accepted(new Push(Raw("[[1]]"), null, null), "[]");
        Accepted(new Splice(0, 0, [Raw("{\"a\":[]}")], null, null), "[]");
        Accepted(new Merge(Raw("{\"a\":[[]]}"), null, null), "{}");
        Accepted(new SetIn(["a", "b"], Raw("[]"), null, null), "{}");
        Accepted(new SetIn(["a", "b", "c"], Raw("1"), null, null), "{}");
    }

    [Fact]
    public void A_result_one_deeper_than_the_limit_is_refused()
    {
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(new Push(Raw("[[[]]]"), null, null), "[]"));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(new Splice(0, 0, [Raw("{\"a\":[[]]}")], null, null), "[]"));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(new Merge(Raw("{\"a\":[[[]]]}"), null, null), "{}"));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(new SetIn(["a", "b"], Raw("[[]]"), null, null), "{}"));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(new SetIn(["a", "b", "c", "d"], Raw("1"), null, null), "{}"));
    }

    [Fact]
    public void An_increment_allocates_its_result_and_nothing_else()
    {
        var increment = new Increment(Raw("1"), false, null, null);
        var present = Raw("41");
        AtomicOperations.Apply(increment, present, MaxDepth);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            AtomicOperations.Apply(increment, present, MaxDepth);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 32);
    }

    private static string Accepted(AtomicOperation operation, string? present)
    {
        var result = AtomicOperations.Apply(operation, present is null ? default(ReadOnlyMemory<byte>?) : Raw(present), MaxDepth);
        Assert.True(result.Succeeded, result.Error?.Message);
        return Encoding.UTF8.GetString(result.Value.Span);
    }

    private static StorageErrorCode Refused(AtomicOperation operation, string present)
    {
        var result = AtomicOperations.Apply(operation, Raw(present), MaxDepth);
        Assert.False(result.Succeeded);
        return result.Error.Code;
    }

    private static ReadOnlyMemory<byte> Raw(string json) => Encoding.UTF8.GetBytes(json);
}
