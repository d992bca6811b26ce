using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>Atomic operations over HTTP; their arithmetic is tested with the grains.</summary>
public sealed class AtomicCallsTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Theory]
    [InlineData("increment", """{"value":2}""", "2")]
    [InlineData("decrement", """{"value":2}""", "-2")]
    [InlineData("push", """{"value":{"x":1}}""", """[{"x":1}]""")]
    [InlineData("merge", """{"value":{"x":1}}""", """{"x":1}""")]
    [InlineData("splice", """{"startIndex":0,"deleteCount":0,"items":[1,2]}""", "[1,2]")]
    [InlineData("splice", """{"startIndex":0,"deleteCount":0}""", "[]")]
    [InlineData("set-in", """{"path":"a.b","value":1}""", """{"a":{"b":1}}""")]
    [InlineData("set-in", """{"path":["a.b","c"],"value":1}""", """{"a.b":{"c":1}}""")]
    public async Task An_operation_creates_what_is_missing(string operation, string json, string expected)
    {
        var answer = (await _object.Apply("x", operation, json)).Ok();
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(expected, answer.Value);
        Assert.Equal(answer.Body, (await _object.Get("x")).Ok().Body);
    }

    [Theory]
    [InlineData("5", "increment", """{"value":2.5}""", "7.5")]
    [InlineData("9007199254740990", "increment", """{"value":1}""", "9007199254740991")]
    [InlineData("5", "decrement", """{"value":-2}""", "7")]
    [InlineData("[1]", "push", """{"value":null}""", "[1,null]")]
    [InlineData("[1,2,3,4]", "splice", """{"startIndex":-3,"deleteCount":2,"items":["x"]}""", """[1,"x",4]""")]
    [InlineData("[1]", "splice", """{"startIndex":99,"deleteCount":99,"items":[2]}""", "[1,2]")]
    [InlineData("""{"a":{"b":1},"c":1}""", "merge", """{"value":{"a":{"d":2},"__proto__":3}}""", """{"a":{"d":2},"c":1,"__proto__":3}""")]
    [InlineData("""{"a":[{"b":1}]}""", "set-in", """{"path":"a.0.b","value":2}""", """{"a":[{"b":2}]}""")]
    public async Task An_operation_answers_with_the_whole_new_value(string before, string operation, string json, string expected)
    {
        var set = (await _object.Set("x", before)).Ok();
        var answer = (await _object.Apply("x", operation, json)).Ok();
        Assert.Equal(expected, answer.Value);
        Assert.True(set.UpdatedAt < answer.UpdatedAt);
        Assert.Equal(set.Json.GetProperty("createdAt").GetInt64(), answer.Json.GetProperty("createdAt").GetInt64());
    }

    [Theory]
    [InlineData("\"5\"", "increment", """{"value":1}""")]
    [InlineData("{}", "decrement", """{"value":1}""")]
    [InlineData("{}", "push", """{"value":1}""")]
    [InlineData("5", "splice", """{"startIndex":0,"deleteCount":0}""")]
    [InlineData("[]", "merge", """{"value":{}}""")]
    [InlineData("5", "set-in", """{"path":"a","value":1}""")]
    public async Task An_operation_on_a_value_of_another_type_is_refused_and_leaves_it(string before, string operation, string json)
    {
        var set = (await _object.Set("x", before)).Ok();
        (await _object.Apply("x", operation, json)).Refused(400, "validationError.type");
        Assert.Equal(set.Body, (await _object.Get("x")).Body);
    }

    [Theory]
    [InlineData("increment", """{"value":1}""")]
    [InlineData("push", """{"value":1}""")]
    [InlineData("set-in", """{"path":"a","value":1}""")]
    public async Task An_operation_on_condition_of_another_updatedAt_is_409_and_changes_nothing(string operation, string json)
    {
        (await _object.Apply("x", operation, $"{json[..^1]},\"updatedAt\":5}}")).Refused(409, "conflictError.updatedAt.mismatch");
        (await _object.Get("x")).Ok(404);
    }

    [Fact]
    public async Task An_operation_with_a_condition_that_holds_and_a_time_to_live_applies_both()
    {
        var set = (await _object.Set("x", "1")).Ok();
        var answer = (await _object.Apply("x", "increment", $"{{\"value\":1,\"updatedAt\":{set.UpdatedAt},\"ttl\":5000}}")).Ok();
        Assert.Equal("2", answer.Value);
        // A write in the millisecond of the one before is stamped one later, and lives no longer for it.
        Assert.InRange(answer.Json.GetProperty("expiresAt").GetInt64() - answer.UpdatedAt, 4_999, 5_000);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("99")]
    public async Task An_operation_with_an_encryption_version_stores_a_plain_value(string version)
    {
        var answer = (await _object.Apply("x", "increment", """{"value":1}""", ("X-Enc-KV", version))).Ok();
        Assert.False(answer.Json.TryGetProperty("keyVersion", out _));
    }
}
