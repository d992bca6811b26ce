using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>The calls on items: status, content type, shape and semantics of each.</summary>
public sealed class ItemCallsTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task Set_answers_with_the_item_and_no_key_version()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var answer = (await _object.Set("a", """{"x":[1,2]}""", ",\"ttl\":60000")).Ok();
        var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(["value", "expiresAt", "createdAt", "updatedAt"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"x":[1,2]}""", answer.Value);
        Assert.InRange(answer.UpdatedAt, before, after);
        Assert.Equal(answer.UpdatedAt, answer.Json.GetProperty("createdAt").GetInt64());
        Assert.InRange(answer.Json.GetProperty("expiresAt").GetInt64(), before + 60000, after + 60000);
    }

    [Fact]
    public async Task Get_answers_with_what_set_answered()
    {
        var set = (await _object.Set("a", "\"b\"")).Ok();
        var got = (await _object.Get("a")).Ok();
        Assert.Equal(set.Body, got.Body);
        Assert.Equal("application/json", got.ContentType);
    }

    [Fact]
    public async Task Get_of_a_missing_item_is_404_without_body_and_content_type()
    {
        var answer = (await _object.Get("nothing")).Ok(404);
        Assert.Equal("", answer.Body);
        Assert.Null(answer.ContentType);
        Assert.Equal("0", answer["content-length"]);
    }

    [Theory]
    [InlineData("12345678901234567890123456789")]
    [InlineData("1e308")]
    [InlineData("-0")]
    [InlineData("0.10000000000000000555")]
    [InlineData("1.0")]
    [InlineData("null")]
    [InlineData("false")]
    [InlineData("\"\"")]
    [InlineData("\"\\u00e4 \\ud83d\\ude00 ä 😀 \\u2028 <script>\"")]
    [InlineData("{ \"b\" : [ 1 , { } ] , \"a\" : \"\\/\" }")]
    public async Task A_value_comes_back_byte_for_byte(string json)
    {
        (await _object.Set("a", json)).Ok();
        Assert.Equal(json, (await _object.Get("a")).Ok().Value);
        Assert.Equal(json, (await _object.GetAll()).Ok().Json.GetProperty("a").GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task An_overwrite_keeps_createdAt_and_moves_updatedAt_forward()
    {
        var first = (await _object.Set("a", "1")).Ok();
        var second = (await _object.Set("a", "2")).Ok();
        var third = (await _object.Set("a", "3")).Ok();
        Assert.Equal(first.Json.GetProperty("createdAt").GetInt64(), third.Json.GetProperty("createdAt").GetInt64());
        Assert.True(first.UpdatedAt < second.UpdatedAt && second.UpdatedAt < third.UpdatedAt);
    }

    [Fact]
    public async Task IfAbsent_leaves_a_present_item_alone_and_answers_with_it()
    {
        var first = (await _object.Set("a", "1", ",\"ifAbsent\":true")).Ok();
        var second = (await _object.Set("a", "2", ",\"ifAbsent\":true")).Ok();
        Assert.Equal("1", first.Value);
        Assert.Equal(first.Body, second.Body);
    }

    [Fact]
    public async Task A_write_on_condition_of_the_right_updatedAt_goes_through_and_any_other_is_409()
    {
        var first = (await _object.Set("a", "1")).Ok();
        (await _object.Set("a", "2", $",\"updatedAt\":{first.UpdatedAt + 1}")).Refused(409, "conflictError.updatedAt.mismatch");
        Assert.Equal("1", (await _object.Get("a")).Value);
        (await _object.Set("a", "2", $",\"updatedAt\":{first.UpdatedAt}")).Ok();
        (await _object.Set("a", "3", $",\"updatedAt\":{first.UpdatedAt}")).Refused(409, "conflictError.updatedAt.mismatch");
        (await _object.Set("new", "3", $",\"updatedAt\":{first.UpdatedAt}")).Refused(409, "conflictError.updatedAt.mismatch");
        Assert.Equal("2", (await _object.Get("a")).Value);
    }

    [Fact]
    public async Task Set_many_answers_with_all_items()
    {
        var answer = (await _object.SetMany("""{"a":{"value":1},"b/c":{"value":"x","ttl":5000},"ä":{"value":null}}""")).Ok();
        Assert.Equal(["a", "b/c", "ä"], answer.Json.EnumerateObject().Select(item => item.Name));
        Assert.Equal("\"x\"", answer.Json.GetProperty("b/c").GetProperty("value").GetRawText());
        Assert.Equal(["a", "b/c", "ä"], await _object.Names());
    }

    [Fact]
    public async Task Set_many_with_one_failed_condition_changes_nothing_and_names_the_items()
    {
        (await _object.Set("a", "1")).Ok();
        var answer = await _object.SetMany("""{"a":{"value":2,"updatedAt":5},"b":{"value":2},"c":{"value":2,"updatedAt":5}}""");
        answer.Refused(409, "conflictError.updatedAt.mismatch");
        Assert.Equal(["a", "c"], answer.Json.GetProperty("cause").GetProperty("items").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(["a"], await _object.Names());
        Assert.Equal("1", (await _object.Get("a")).Value);
    }

    [Fact]
    public async Task Get_many_answers_with_those_found()
    {
        (await _object.SetMany("""{"a":{"value":1},"b":{"value":2}}""")).Ok();
        var found = (await _object.GetMany("""["b","nothing","a","b"]""")).Ok();
        Assert.Equal(["a", "b"], found.Json.EnumerateObject().Select(item => item.Name).Order());
        Assert.Equal("{}", (await _object.GetMany("""["nothing"]""")).Ok().Body);
        Assert.Equal("{}", (await _object.GetMany("[]")).Ok().Body);
    }

    [Fact]
    public async Task An_empty_object_has_no_items_and_no_keys()
    {
        Assert.Equal("{}", (await _object.GetAll()).Ok().Body);
        Assert.Equal("[]", (await _object.Keys()).Ok().Body);
        Assert.Equal("[]", (await _object.Presence()).Ok().Body);
    }

    [Theory]
    [InlineData("", "a+b", "a b", "a%b", "c")]
    [InlineData("?prefix=", "a+b", "a b", "a%b", "c")]
    [InlineData("?prefix=a", "a+b", "a b", "a%b")]
    [InlineData("?prefix=a+", "a+b")]
    [InlineData("?prefix=a%20", "a b")]
    [InlineData("?prefix=a%25", "a%b")]
    [InlineData("?prefix=a%", "a%b")]
    [InlineData("?other=c&prefix=c", "c")]
    [InlineData("?prefix=d")]
    public async Task A_prefix_selects_items_and_keys_and_is_read_raw(string query, params string[] expected)
    {
        (await _object.SetMany("""{"a+b":{"value":1},"a b":{"value":1},"a%b":{"value":1},"c":{"value":1}}""")).Ok();
        Assert.Equal(expected.Order(), (await _object.Keys(query)).Ok().Json.EnumerateArray().Select(name => name.GetString()!).Order());
        Assert.Equal(expected.Order(), (await _object.GetAll(query)).Ok().Json.EnumerateObject().Select(item => item.Name).Order());
    }

    [Fact]
    public async Task Remove_answers_204_whether_the_item_was_there_or_not()
    {
        (await _object.Set("a", "1")).Ok();
        var removed = (await _object.Remove("a")).Ok(204);
        Assert.Equal("", removed.Body);
        Assert.Null(removed.ContentType);
        (await _object.Get("a")).Ok(404);
        (await _object.Remove("a")).Ok(204);
    }

    [Fact]
    public async Task Remove_many_removes_the_named_and_clear_all()
    {
        (await _object.SetMany("""{"a":{"value":1},"b":{"value":1},"c":{"value":1},"d":{"value":1}}""")).Ok();
        (await _object.RemoveMany("""["a","nothing","c"]""")).Ok(204);
        Assert.Equal(["b", "d"], await _object.Names());
        (await _object.RemoveMany("[]")).Ok(204);
        Assert.Equal(["b", "d"], await _object.Names());
        (await _object.Clear()).Ok(204);
        Assert.Empty(await _object.Names());
    }

    [Fact]
    public async Task An_item_is_gone_once_its_time_to_live_has_passed()
    {
        await using var socket = await RealTime.WireSocket.Open(shared.Server, _object);
        (await _object.SetMany("""{"short":{"value":1,"ttl":300},"long":{"value":1}}""")).Ok();
        await socket.ReceiveEvent("setItem");
        await socket.ReceiveEvent("setItem");
        Assert.Equal("""{"event":"removeItem","payload":{"prop":"short"}}""", await socket.ReceiveText("The expiry was not told"));
        (await _object.Get("short")).Ok(404);
        Assert.Equal(["long"], await _object.Names());
        Assert.Equal("{}", (await _object.GetMany("""["short"]""")).Ok().Body);
    }

    [Fact]
    public async Task An_expired_item_counts_as_absent_for_the_next_write()
    {
        await using var socket = await RealTime.WireSocket.Open(shared.Server, _object);
        (await _object.Set("a", "41", ",\"ttl\":1")).Ok();
        await socket.ReceiveEvent("setItem");
        await socket.ReceiveEvent("removeItem");
        Assert.Equal("1", (await _object.Apply("a", "increment", """{"value":1}""")).Ok().Value);
    }

    [Fact]
    public async Task Sixty_four_clients_with_a_thousand_increments_each_make_exactly_64_000()
    {
        const int clients = 64, each = 1000;
        const string body = """{"value":1}""";
        var request = RawHttp.Head(
            "POST", $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}/count/increment", "Content-Type: application/json", $"Content-Length: {body.Length}") + body;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            using var raw = await RawHttp.Connect(shared.Server.Address);
            for (var i = 0; i < each; i++)
            {
                await raw.Send(request);
                Assert.Equal(200, (await raw.Receive()).Status);
            }
        }, TestContext.Current.CancellationToken)));
        Assert.Equal("64000", (await _object.Get("count")).Ok().Value);
    }

    [Fact]
    public async Task Times_are_whole_milliseconds()
    {
        var item = (await _object.Set("a", "1")).Ok().Json;
        foreach (var name in new[] { "expiresAt", "createdAt", "updatedAt" })
            Assert.Equal(JsonValueKind.Number, item.GetProperty(name).ValueKind);
        Assert.True(item.GetProperty("expiresAt").TryGetInt64(out var expiresAt));
        Assert.Equal(3_600_000, expiresAt - item.GetProperty("updatedAt").GetInt64());
    }
}
