using System.IO.Compression;
using System.Text;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>What a request may do wrong: each time a refusal that says so, nothing changed, and the server goes on.</summary>
public sealed class BadInputTests(SharedServer shared) : IAsyncLifetime
{
    private readonly Calls _object = shared.Server.NewObject();
    private string _before = "";

    public async ValueTask InitializeAsync()
    {
        (await _object.Set("kept", """{"list":[1]}""")).Ok();
        _before = (await _object.GetAll()).Ok().Body;
    }

    /// <summary>Whatever a test did: the object is as it was.</summary>
    public async ValueTask DisposeAsync() => Assert.Equal(_before, (await _object.GetAll()).Ok().Body);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"value\":}")]
    [InlineData("{\"value\":1")]
    [InlineData("{\"value\":1}}")]
    [InlineData("{\"value\":1} x")]
    [InlineData("{\"value\":1,}")]
    [InlineData("{'value':1}")]
    [InlineData("{\"value\":01}")]
    [InlineData("{\"value\":NaN}")]
    [InlineData("{\"value\":1}/* */")]
    [InlineData("{\"value\":\"\t\"}")]
    [InlineData("\uFEFF{\"value\":1}")]
    [InlineData("{\"value\":1,\"value\":2}")]
    [InlineData("{\"value\":1,\"v\\u0061lue\":2}")]
    [InlineData("{\"value\":{\"a\":1,\"a\":2}}")]
    public async Task A_body_that_is_no_unambiguous_JSON_is_refused(string body)
    {
        foreach (var path in new[] { "cache/{0}/kept", "cache/{0}", "cache-query/{0}", "cache/{0}/kept/merge", "message/{0}" })
        {
            // A message may be any JSON, but must be one.
            (await _object.Send("POST", string.Format(null, path, _object.ObjectPath), body)).Refused();
        }
        (await _object.RemoveMany(body.Length == 0 ? " " : body)).Refused();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"x\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"value":1,"ttl":0}""")]
    [InlineData("""{"value":1,"ttl":-1}""")]
    [InlineData("""{"value":1,"ttl":"5"}""")]
    [InlineData("""{"value":1,"ttl":1e300}""")]
    [InlineData("""{"value":1,"ttl":99999999999999999999}""")]
    [InlineData("""{"value":1,"ttl":{}}""")]
    [InlineData("""{"value":1,"ifAbsent":1}""")]
    [InlineData("""{"value":1,"updatedAt":"now"}""")]
    [InlineData("""{"value":1,"updatedAt":1.5}""")]
    public async Task A_set_of_the_wrong_form_is_refused(string body)
    {
        (await _object.Send("POST", $"cache/{_object.ObjectPath}/kept", body)).Refused();
        if (body != "{}")
            (await _object.SetMany($"{{\"new\":{{\"value\":1}},\"kept\":{body}}}")).Refused();
    }

    [Theory]
    [InlineData("""{"":{"value":1}}""")]
    [InlineData("""{"a/../b":{"value":1}}""")]
    [InlineData("""{"a\u0000":{"value":1}}""")]
    [InlineData("""{"\ud800":{"value":1}}""")]
    [InlineData("""{"new":{"value":1},"new":{"value":2}}""")]
    [InlineData("""{"new":{"value":1},"n\u0065w":{"value":2}}""")]
    [InlineData("""[{"value":1}]""")]
    public async Task A_set_many_with_a_name_that_is_none_is_refused_as_a_whole(string body) =>
        (await _object.SetMany(body)).Refused();

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"kept\"")]
    [InlineData("[1]")]
    [InlineData("[\"kept\",null]")]
    [InlineData("[[\"kept\"]]")]
    [InlineData("[\"kept\",\"\"]")]
    [InlineData("[\"kept\",\"\\ud800\"]")]
    public async Task Names_of_the_wrong_form_are_refused(string body)
    {
        (await _object.GetMany(body)).Refused();
        (await _object.RemoveMany(body)).Refused();
    }

    [Theory]
    [InlineData("increment", "{}")]
    [InlineData("increment", """{"value":"1"}""")]
    [InlineData("decrement", """{"value":null}""")]
    [InlineData("push", "{}")]
    [InlineData("merge", """{"value":[1]}""")]
    [InlineData("merge", """{"value":"x"}""")]
    [InlineData("splice", """{"startIndex":"0","deleteCount":0}""")]
    [InlineData("splice", """{"startIndex":0,"deleteCount":{}}""")]
    [InlineData("splice", """{"startIndex":0,"deleteCount":0,"items":{}}""")]
    [InlineData("set-in", """{"value":1}""")]
    [InlineData("set-in", """{"path":5,"value":1}""")]
    [InlineData("set-in", """{"path":"","value":1}""")]
    [InlineData("set-in", """{"path":[],"value":1}""")]
    [InlineData("set-in", """{"path":[{}],"value":1}""")]
    [InlineData("set-in", """{"path":"a"}""")]
    public async Task An_operation_of_the_wrong_form_is_refused(string operation, string body)
    {
        (await _object.Apply("kept", operation, body)).Refused();
        (await _object.Apply("new", operation, body)).Refused();
    }

    [Theory]
    [InlineData("""{"saltLength":0}""")]
    [InlineData("""{"saltLength":1025}""")]
    [InlineData("""{"saltLength":"16"}""")]
    [InlineData("""{"saltLength":2147483648}""")]
    [InlineData("[]")]
    public async Task Encryption_settings_of_the_wrong_form_are_refused(string body)
    {
        (await _object.Encryption(body)).Refused();
        (await _object.Rotate(body)).Refused();
        var settings = (await _object.Encryption()).Ok().Json.GetProperty("encryptionSettings");
        Assert.Equal(0, settings.GetProperty("keyVersion").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/html")]
    [InlineData("application/jsonx")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("nonsense")]
    public async Task A_body_of_another_content_type_is_415(string contentType)
    {
        const string code = "validationError.contentType";
        (await _object.Send("POST", $"cache/{_object.ObjectPath}/kept", """{"value":1}""", contentType)).Refused(415, code);
        (await _object.Send("POST", $"cache/{_object.ObjectPath}", """{"kept":{"value":1}}""", contentType)).Refused(415, code);
        (await _object.Send("POST", $"cache/{_object.ObjectPath}/n/increment", """{"value":1}""", contentType)).Refused(415, code);
        (await _object.Send("DELETE", $"cache/{_object.ObjectPath}", "[\"kept\"]", contentType)).Refused(415, code);
        (await _object.Message("1", contentType)).Refused(415, code);
    }

    [Fact]
    public async Task A_delete_with_a_body_that_is_empty_does_not_clear_the_object()
    {
        (await _object.Send("DELETE", $"cache/{_object.ObjectPath}", "")).Refused();
        var head = RawHttp.Head("DELETE", Target(""), "Transfer-Encoding: chunked", "Content-Type: application/json");
        (await RawHttp.Exchange(shared.Server.Address, head + "0\r\n\r\n")).Refused();
        head = RawHttp.Head("DELETE", Target(""), "Transfer-Encoding: chunked");
        (await RawHttp.Exchange(shared.Server.Address, head + "0\r\n\r\n")).Refused();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("nonsense")]
    public async Task A_compressed_body_is_415(string encoding)
    {
        using var buffer = new MemoryStream();
        await using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync("""{"value":1}"""u8.ToArray(), TestContext.Current.CancellationToken);
        var head = RawHttp.Head(
            "POST", Target("/kept"), "Content-Type: application/json", $"Content-Encoding: {encoding}", $"Content-Length: {buffer.Length}");
        (await RawHttp.Exchange(shared.Server.Address, head + Encoding.Latin1.GetString(buffer.ToArray()))).Refused(415, "validationError.contentType");
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_is_refused()
    {
        foreach (var broken in new[] { "\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf" })
        {
            var body = $"{{\"value\":\"{broken}\"}}";
            var head = RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", $"Content-Length: {body.Length}");
            (await RawHttp.Exchange(shared.Server.Address, head + body)).Refused();
            head = RawHttp.Head("POST", $"/project/{TestServer.ProjectId}/message/{_object.ObjectPath}", "Content-Type: text/plain", $"Content-Length: {broken.Length}");
            (await RawHttp.Exchange(shared.Server.Address, head + broken)).Refused();
        }
    }

    [Theory]
    [InlineData(64, 200)]
    [InlineData(65, 400)]
    [InlineData(60_000, 400)]
    public async Task A_value_nests_at_most_64_deep(int depth, int status)
    {
        var other = shared.Server.NewObject();
        var nested = new string('[', depth) + new string(']', depth);
        Assert.Equal(status, (await other.Set("deep", nested)).Status);
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Assert.Equal(status, (await other.SetMany($"{{\"deep2\":{{\"value\":{objects}}}}}")).Status);
        Assert.Equal(status == 200 ? 2 : 0, (await other.Names()).Length);
    }

    [Fact]
    public async Task Unclosed_brackets_by_the_ten_thousand_are_refused()
    {
        (await _object.Send("POST", $"cache/{_object.ObjectPath}/kept", "{\"value\":" + new string('[', 100_000))).Refused();
        (await _object.GetMany(new string('[', 100_000))).Refused();
    }

    [Fact]
    public async Task An_oversized_body_is_413_by_its_announced_length_already()
    {
        var head = RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", "Content-Length: 100000000");
        (await RawHttp.Exchange(shared.Server.Address, head)).Refused(413, "limitError.body.size");
    }

    [Fact]
    public async Task An_oversized_body_in_chunks_is_413_as_soon_as_it_is_too_large()
    {
        using var raw = await RawHttp.Connect(shared.Server.Address);
        await raw.Send(RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", "Transfer-Encoding: chunked"));
        var chunk = "10000\r\n" + new string(' ', 0x10000) + "\r\n";
        for (var i = 0; i < 4; i++)
            await raw.Send(chunk);
        (await raw.Receive()).Refused(413, "limitError.body.size");
    }

    [Fact]
    public async Task A_body_in_chunks_of_one_byte_is_put_together()
    {
        var other = shared.Server.NewObject();
        var target = $"/project/{TestServer.ProjectId}/cache/{other.ObjectPath}/a";
        var chunks = string.Concat("""{"value":"x"}""".Select(c => $"1\r\n{c}\r\n")) + "0\r\n\r\n";
        var head = RawHttp.Head("POST", target, "Content-Type: application/json", "Transfer-Encoding: chunked");
        Assert.Equal("\"x\"", (await RawHttp.Exchange(shared.Server.Address, head + chunks)).Ok().Value);
    }

    [Theory]
    [InlineData("zz\r\n{\"value\":1}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{\"value\":1}\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\n{\"value\":1}\r\n0\r\n\r\n")]
    [InlineData("5\r\n{\"value\":1}\r\n0\r\n\r\n")]
    public async Task Broken_chunks_are_refused(string chunks)
    {
        var head = RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", "Transfer-Encoding: chunked");
        (await RawHttp.Exchange(shared.Server.Address, head + chunks)).Refused();
    }

    [Fact]
    public async Task A_body_whose_sender_vanishes_halfway_changes_nothing()
    {
        using (var raw = await RawHttp.Connect(shared.Server.Address))
            await raw.Send(RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", "Content-Length: 11") + "{\"value\":1");
        using (var raw = await RawHttp.Connect(shared.Server.Address))
            await raw.Send(RawHttp.Head("DELETE", Target(""), "Content-Type: application/json", "Content-Length: 8") + "[\"kept");
        // Another call to the same object, so that a change would have had its chance.
        (await _object.Get("kept")).Ok();
    }

    /// <summary>The server below the gateway refuses these itself, some without a body.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX: {0}\r\n\r\n", 64 * 1024)]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: x\r\n\r\n", 64 * 1024)]
    [InlineData("{0} / HTTP/1.1\r\nHost: x\r\n\r\n", 64 * 1024)]
    [InlineData("nonsense\r\n\r\n", 0)]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n: no name\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 0)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 0)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 0)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 0)]
    [InlineData("GET ? HTTP/1.1\r\nHost: x\r\n\r\n", 0)]
    public async Task What_is_no_HTTP_is_answered_with_4xx_or_closed(string request, int length)
    {
        var answer = await RawHttp.Exchange(shared.Server.Address, request.Replace("{0}", new('A', length), StringComparison.Ordinal));
        Assert.True(answer.Status is 0 or (>= 400 and < 500) or 505, $"{answer.Status} came.");
    }

    [Fact]
    public async Task A_hundred_unusual_headers_are_no_harm()
    {
        var headers = Enumerable.Range(0, 90).Select(i => ($"X-Nothing-{i}", new string('x', 100))).ToArray();
        (await _object.Send("GET", $"cache/{_object.ObjectPath}/kept", headers: headers)).Ok();
        var many = Enumerable.Range(0, 200).Select(i => $"X-{i}: y").ToArray();
        Assert.Equal(431, (await RawHttp.Exchange(shared.Server.Address, RawHttp.Head("GET", Target("/kept"), many))).Status);
    }

    [Fact]
    public async Task A_length_together_with_chunks_is_not_taken_for_two_requests()
    {
        using var raw = await RawHttp.Connect(shared.Server.Address);
        await raw.Send(
            RawHttp.Head("POST", Target("/kept"), "Content-Type: application/json", "Content-Length: 4", "Transfer-Encoding: chunked")
            + "0\r\n\r\n" + RawHttp.Head("DELETE", Target("")));
        Assert.True((await raw.Receive()).Status is >= 400 and < 500);
        // Whatever the server made of the rest, it must not have been the second request; the end of the test looks.
        await raw.Closed();
    }

    private string Target(string rest) => $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}{rest}";
}
