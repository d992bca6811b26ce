using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>Names arrive unencoded: what each raw request target addresses.</summary>
public sealed class RawTargetTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a/b/c/", "a/b/c/")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("en:ns:key", "en:ns:key")]
    [InlineData("50%", "50%")]
    [InlineData("50%zz", "50%zz")]
    [InlineData("50%2", "50%2")]
    [InlineData("%2550", "%50")]
    [InlineData("a//b", "a//b")]
    [InlineData("/a", "/a")]
    [InlineData("a=1&b=2;c@d,e!$'()*~", "a=1&b=2;c@d,e!$'()*~")]
    [InlineData("%C3%A4%F0%9F%98%80", "ä😀")]
    [InlineData("a%3Fb%23c", "a?b#c")]
    [InlineData("...", "...")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("__proto__", "__proto__")]
    [InlineData("increment", "increment")]
    [InlineData("a/increment/b", "a/increment/b")]
    [InlineData("a/Increment", "a/Increment")]
    [InlineData("a/increment%20", "a/increment ")]
    public async Task A_target_addresses_this_item(string raw, string name)
    {
        (await _object.Set(raw, "1")).Ok();
        Assert.Equal([name], await _object.Names());
        Assert.Equal("1", (await _object.Get(raw)).Ok().Value);
        (await _object.Remove(raw)).Ok(204);
        Assert.Empty(await _object.Names());
    }

    [Theory]
    [InlineData("%ff")]
    [InlineData("%C3")]
    [InlineData("%ED%A0%80")]
    [InlineData("%0a")]
    [InlineData("%7F")]
    [InlineData("%C2%80")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("%2e%2e")]
    [InlineData("%2E.")]
    [InlineData("a/../b")]
    [InlineData("a/%2e/b")]
    [InlineData("a%2f..%2fb")]
    [InlineData("../../../other/other/x")]
    [InlineData("")]
    public async Task A_target_that_names_no_item_is_refused(string raw)
    {
        (await _object.Set(raw, "1")).Refused(400, "validationError.name");
        (await _object.Get(raw)).Refused(400, "validationError.name");
        (await _object.Remove(raw)).Refused(400, "validationError.name");
        Assert.Empty(await _object.Names());
    }

    [Fact]
    public async Task An_item_called_increment_is_reached_by_get_and_delete_and_as_an_operations_item()
    {
        (await _object.SetMany("""{"a/increment":{"value":7}}""")).Ok();
        Assert.Equal("7", (await _object.Get("a/increment")).Ok().Value);
        Assert.Equal("1", (await _object.Apply("a", "increment", """{"value":1}""")).Ok().Value);
        Assert.Equal("8", (await _object.Apply("a/increment", "increment", """{"value":1}""")).Ok().Value);
        (await _object.Remove("a/increment")).Ok(204);
        Assert.Equal(["a"], await _object.Names());
    }

    [Theory]
    [InlineData("%2e%2e", "id")]
    [InlineData("..", "id")]
    [InlineData("class", "..")]
    [InlineData("class", "%ff")]
    [InlineData("class", "a%01")]
    [InlineData("cl%2Fass", "id")]
    [InlineData("", "id")]
    public async Task A_class_or_id_that_is_none_is_refused(string @class, string id)
    {
        var calls = new Calls(shared.Server.Http, TestServer.ProjectId, @class, id);
        (await calls.Set("a", "1")).Refused(400, "validationError.name");
        (await calls.GetAll()).Refused(400, "validationError.name");
        (await calls.Presence()).Refused(400, "validationError.name");
    }

    [Fact]
    public async Task Encoded_and_raw_ids_address_the_same_object()
    {
        var id = Guid.NewGuid().ToString("N");
        var encoded = new Calls(shared.Server.Http, TestServer.ProjectId, "c", $"{id}%3A1%20%C3%A4");
        var raw = new Calls(shared.Server.Http, TestServer.ProjectId, "%63", $"{id}:1%20%c3%a4");
        (await encoded.Set("a", "1")).Ok();
        Assert.Equal(["a"], await raw.Names());
    }

    [Theory]
    [InlineData(1024, 200)]
    [InlineData(1025, 400)]
    public async Task A_name_has_at_most_1024_bytes(int bytes, int status)
    {
        Assert.Equal(status, (await _object.Set(new string('n', bytes), "1")).Status);
        Assert.Equal(status, (await _object.Set(string.Concat(Enumerable.Repeat("%C3%A4", bytes / 2)) + new string('n', bytes % 2), "1")).Status);
    }

    [Theory]
    [InlineData(256, 200)]
    [InlineData(257, 400)]
    public async Task Classes_and_ids_have_at_most_256_bytes(int bytes, int status)
    {
        var id = Guid.NewGuid().ToString("N");
        Assert.Equal(status, (await new Calls(shared.Server.Http, TestServer.ProjectId, "c", id + new string('i', bytes - id.Length)).Set("a", "1")).Status);
        Assert.Equal(status, (await new Calls(shared.Server.Http, TestServer.ProjectId, new string('c', bytes), id).Set("a", "1")).Status);
    }

    [Fact]
    public async Task The_absolute_form_addresses_the_same()
    {
        (await _object.Set("a/b", "1")).Ok();
        var target = $"http://localhost/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}/a/b";
        var answer = await RawHttp.Exchange(shared.Server.Address, RawHttp.Head("GET", target));
        Assert.Equal("1", answer.Ok().Value);
    }

    /// <summary>The server below the gateway refuses these itself, without a body.</summary>
    [Theory]
    [InlineData("%00")]
    [InlineData("a%00b")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("a\u00ffb")]
    [InlineData("a\u00e4\u00b6b")]
    public async Task Bytes_that_no_target_may_hold_are_refused(string name)
    {
        var answer = await RawHttp.Exchange(
            shared.Server.Address, RawHttp.Head("GET", $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}/{name}"));
        Assert.Equal(400, answer.Status);
        (await _object.Set("still", "1")).Ok();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/favicon.ico")]
    [InlineData("/project")]
    [InlineData("/project/")]
    [InlineData("/project/demo")]
    [InlineData("/project/demo/")]
    [InlineData("/project/demo/cache")]
    [InlineData("/project/demo/cache/c")]
    [InlineData("/project/demo/nothing/c/i")]
    [InlineData("/project/demo/Cache/c/i")]
    [InlineData("//project/demo/cache/c/i")]
    [InlineData("/project//demo/cache/c/i")]
    [InlineData("/project//cache/c/i")]
    [InlineData("/project/demo//cache/c/i")]
    [InlineData("/project/demo/cache-keys/c/i/x")]
    [InlineData("/project/demo/message/c/i/x")]
    [InlineData("/project/demo/ws/c")]
    [InlineData("/project/demo/ws/c/i/x")]
    [InlineData("/project/demo/auth")]
    [InlineData("/project/demo/auth/token/x")]
    [InlineData("/health/nothing")]
    [InlineData("/x/../project/demo/cache/c/i")]
    public async Task An_unknown_path_is_404_in_the_error_shape(string path)
    {
        (await _object.Send("GET", path)).Refused(404, "notFoundError.route");
        (await _object.Send("POST", path, "{}")).Refused(404, "notFoundError.route");
    }

    [Theory]
    [InlineData("PUT", "cache/c/i/a")]
    [InlineData("PATCH", "cache/c/i")]
    [InlineData("HEAD", "cache/c/i/a")]
    [InlineData("NONSENSE", "cache/c/i")]
    [InlineData("GET", "cache-query/c/i")]
    [InlineData("POST", "cache-keys/c/i")]
    [InlineData("GET", "cache-encryption/c/i")]
    [InlineData("DELETE", "cache-encryption-rotate/c/i")]
    [InlineData("GET", "message/c/i")]
    [InlineData("POST", "presence-list/c/i")]
    [InlineData("POST", "auth/token")]
    [InlineData("POST", "ws/c/i")]
    public async Task A_known_path_with_another_method_is_405(string method, string path)
    {
        var answer = await _object.Send(method, path);
        if (method == "HEAD")
            answer.Ok(405);
        else
            answer.Refused(405, "validationError.method");
    }

    [Fact]
    public async Task A_socket_path_without_a_handshake_is_refused_in_the_error_shape() =>
        (await _object.Send("GET", $"ws/{_object.ObjectPath}")).Refused(400, "validationError.request");
}
