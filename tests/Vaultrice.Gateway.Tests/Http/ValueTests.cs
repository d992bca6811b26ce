using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>What holds for every value that is to be stored, shown on set.</summary>
public sealed class ValueTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("1.0")]
    [InlineData("12345678901234567890123")]
    [InlineData("1e308")]
    [InlineData("1e400")]
    [InlineData("\"\\u0061\\ud800\\/\"")]
    [InlineData("\"\u00e4\U0001F600\u2028\"")]
    [InlineData("{ \"a\" :\t[ 1 , {} ] }")]
    [InlineData("{\"\\ud83d\\ude00\":1,\"\":2,\"__proto__\":3}")]
    [InlineData("[{\"a\":1},{\"a\":1}]")]
    [InlineData("{\"\\\\ud800\":1}")]
    public void A_value_keeps_every_byte(string value)
    {
        Assert.Equal(value, Text(Accepted(Write($"{{\"value\":{value}}}")).Value));
        Assert.Equal(value, Text(Accepted(Write($" {{ \"value\" :\r\n{value}\n, \"ttl\":1 }} ")).Value));
    }

    [Fact]
    public void A_value_does_not_refer_to_the_body()
    {
        var body = Bytes("""{"value":{"a":1}}""");
        var write = Accepted(ItemBodies.ReadWrite(body, null, Limits));
        Array.Clear(body);
        Assert.Equal("""{"a":1}""", Text(write.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"value\"")]
    [InlineData("{\"value\":")]
    [InlineData("{\"value\":1")]
    [InlineData("{\"value\":1,}")]
    [InlineData("{\"value\":1}}")]
    [InlineData("{\"value\":1} {}")]
    [InlineData("{\"value\":1}x")]
    [InlineData("{\"value\":1}//")]
    [InlineData("{/**/\"value\":1}")]
    [InlineData("{'value':1}")]
    [InlineData("{value:1}")]
    [InlineData("\uFEFF{\"value\":1}")]
    [InlineData("{\"value\":01}")]
    [InlineData("{\"value\":NaN}")]
    [InlineData("{\"value\":undefined}")]
    [InlineData("{\"value\":[1,]}")]
    [InlineData("{\"value\":[1}")]
    [InlineData("{\"value\":\"\\x\"}")]
    [InlineData("{\"value\":\"\\u12\"}")]
    [InlineData("{\"value\":\"\n\"}")]
    [InlineData("{\"value\":1,\"extra\":[}")]
    public void What_is_not_json_is_refused(string body) => Assert.Equal(StorageErrorCode.InvalidJson, Refused(Write(body)));

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0xC0, 0x80)]
    [InlineData(0xED, 0xA0, 0x80)]
    [InlineData(0xE2, 0x82)]
    public void Invalid_utf8_is_refused(params int[] bytes)
    {
        byte[] body = [.. "{\"value\":\""u8, .. bytes.Select(b => (byte)b), .. "\"}"u8];
        Assert.Equal(StorageErrorCode.InvalidJson, Refused(ItemBodies.ReadWrite(body, null, Limits)));
    }

    [Theory]
    [InlineData("{\"value\":{\"a\":1,\"a\":2}}")]
    [InlineData("{\"value\":{\"a\":1,\"\\u0061\":2}}")]
    [InlineData("{\"value\":[[{\"x\":0,\"\":1,\"\":2}]]}")]
    [InlineData("{\"value\":1,\"value\":2}")]
    [InlineData("{\"value\":1,\"v\\u0061lue\":2}")]
    [InlineData("{\"ttl\":1,\"value\":1,\"ttl\":1}")]
    [InlineData("{\"x\":1,\"value\":1,\"x\":1}")]
    public void A_name_that_comes_twice_in_one_object_is_refused(string body) =>
        Assert.Equal(StorageErrorCode.InvalidJson, Refused(Write(body)));

    [Theory]
    [InlineData("{\"value\":{\"\\ud800\":1}}")]
    [InlineData("{\"value\":{\"\\udc00\":1}}")]
    [InlineData("{\"value\":{\"\\ud800\\ud800\":1}}")]
    [InlineData("{\"value\":{\"\\ud800x\":1}}")]
    [InlineData("{\"value\":{\"a\":1,\"\\\\\\ud800\\n\":1}}")]
    [InlineData("{\"value\":1,\"\\ud800\":1}")]
    public void Half_a_surrogate_pair_in_a_name_is_refused(string body) =>
        Assert.Equal(StorageErrorCode.InvalidJson, Refused(Write(body)));

    [Fact]
    public void A_value_may_be_as_deep_as_the_limit_and_no_deeper()
    {
        Accepted(Write($"{{\"value\":{Nested(4)}}}"));
        Accepted(Write("""{"value":{"a":{"a":{"a":{"a":1}}}}}"""));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(Write($"{{\"value\":{Nested(5)}}}")));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(Write($"{{\"value\":{Nested(500)}}}")));
        Assert.Equal(StorageErrorCode.InvalidValue, Refused(Write("""{"value":{"a":{"a":{"a":{"a":{}}}}}}""")));
    }

    [Fact]
    public void The_default_and_the_largest_depth_hold_too()
    {
        foreach (var depth in (int[])[1, 64, 512])
        {
            var limits = new ObjectLimits { JsonDepth = depth };
            Accepted(ItemBodies.ReadWrite(Bytes($"{{\"value\":{Nested(depth)}}}"), null, limits));
            Accepted(ItemBodies.ReadWrites(Bytes($"{{\"a\":{{\"value\":{Nested(depth)}}}}}"), null, limits));
            Accepted(MessageBodies.ReadJson(Bytes(Nested(depth)), limits));
            Assert.Equal(
                StorageErrorCode.InvalidValue, Refused(ItemBodies.ReadWrite(Bytes($"{{\"value\":{Nested(depth + 1)}}}"), null, limits)));
            Assert.Equal(
                StorageErrorCode.InvalidValue,
                Refused(ItemBodies.ReadWrites(Bytes($"{{\"a\":{{\"value\":{Nested(depth + 1)}}}}}"), null, limits)));
        }
    }

    [Fact]
    public void A_value_may_be_as_large_as_the_limit_and_no_larger()
    {
        Accepted(Write($"{{\"value\": {Sized(40)} ,\"ttl\":1000}}"));
        Assert.Equal(StorageErrorCode.ItemTooLarge, Refused(Write($"{{\"value\":{Sized(41)}}}")));
        Assert.Equal(StorageErrorCode.ItemTooLarge, Refused(Write($"{{\"value\":[{Sized(39)}]}}")));
    }

    [Fact]
    public void Many_names_are_checked_in_reasonable_time()
    {
        var limits = new ObjectLimits();
        var names = Enumerable.Range(0, 13_000).Select(i => $"\"{i}\":1").ToArray();
        Accepted(ItemBodies.ReadWrite(Bytes($"{{\"value\":{{{string.Join(',', names)}}}}}"), null, limits));
        names[^1] = names[0];
        Assert.Equal(
            StorageErrorCode.InvalidJson,
            Refused(ItemBodies.ReadWrite(Bytes($"{{\"value\":{{{string.Join(',', names)}}}}}"), null, limits)));
    }

    [Fact]
    public void A_short_value_costs_its_bytes_and_the_write_and_nothing_else()
    {
        var body = Bytes("""{"value":"a short string","ttl":1000,"updatedAt":1700000000000}""");
        Accepted(ItemBodies.ReadWrite(body, null, Limits));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            ItemBodies.ReadWrite(body, null, Limits);
        // 40 for the bytes, 96 for the record.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 140);
    }

    private static StorageResult<ItemWrite> Write(string body) => ItemBodies.ReadWrite(Bytes(body), null, Limits);
}
