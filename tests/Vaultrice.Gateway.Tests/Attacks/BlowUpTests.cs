using System.IO.Compression;
using System.Text;
using Vaultrice.Gateway.Tests.RealTime;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Attacks;

/// <summary>Little that means to become much: each is refused or done in time, and the object goes on.</summary>
public sealed class BlowUpTests(SharedServer shared)
{
    private const int Many = 100_000;

    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_hundred_thousand_items_at_once_are_refused_as_a_whole()
    {
        var body = "{" + string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"k{i}\":{{\"value\":1}}")) + "}";
        (await _object.SetMany(body)).Refused(413, "limitError.object.items");
        Assert.Empty(await _object.Names());
    }

    [Fact]
    public async Task A_hundred_thousand_names_are_looked_up_and_removed_like_few()
    {
        (await _object.Set("k5", "1")).Ok();
        var names = "[" + string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"k{i}\"")) + "]";
        Assert.Equal(["k5"], (await _object.GetMany(names)).Ok().Json.EnumerateObject().Select(item => item.Name));
        var removed = await _object.RemoveMany(names);
        Assert.True(removed.Status is 204 or 413, removed.Body);
    }

    [Fact]
    public async Task A_value_of_as_many_members_as_fit_is_merged_and_assigned_into()
    {
        // Names made to be alike: a table that could be filled at will would take quadratic time.
        var members = string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"\"{i:D8}\":1"));
        (await _object.Set("a", $"{{{members}}}")).Ok();
        (await _object.Apply("a", "merge", $"{{\"value\":{{{members}}}}}")).Ok();
        (await _object.Apply("a", "set-in", """{"path":"00000000","value":2}""")).Ok();
        (await _object.Set("a", $"{{{members},\"00000000\":2}}")).Refused();
    }

    [Theory]
    [InlineData("1e999999999")]
    [InlineData("-1e-999999999")]
    [InlineData("1E+99999999999999999999")]
    public async Task A_number_beyond_all_bounds_is_not_computed(string number)
    {
        var set = await _object.Set("a", number);
        Assert.True(set.Status is 200 or 400, $"{set.Status} came.");
        (await _object.Set("b", "1")).Ok();
        var incremented = await _object.Apply("b", "increment", $"{{\"value\":{number}}}");
        Assert.True(incremented.Status is 200 or 400, $"{incremented.Status} came.");
        var ttl = await _object.Send("POST", $"cache/{_object.ObjectPath}/c", $"{{\"value\":1,\"ttl\":{number}}}");
        Assert.True(ttl.Status is 200 or 400, $"{ttl.Status} came.");
    }

    [Fact]
    public async Task A_number_of_a_hundred_thousand_digits_is_text_to_us()
    {
        var number = new string('9', Many);
        var set = await _object.Set("a", number);
        Assert.True(set.Status is 200 or 400, $"{set.Status} came.");
        if (set.Status == 200)
            Assert.Equal(number, (await _object.Get("a")).Ok().Value);
        var operation = await _object.Apply("a", "increment", $"{{\"value\":{number}}}");
        Assert.True(operation.Status is 200 or 400, $"{operation.Status} came.");
    }

    [Fact]
    public async Task Escapes_by_the_ten_thousand_are_read_once()
    {
        var escapes = string.Concat(Enumerable.Repeat("\\u0041\\ud83d\\ude00", 7_000));
        (await _object.Set("a", $"\"{escapes}\"")).Ok();
        (await _object.Send("POST", $"cache-query/{_object.ObjectPath}", $"[\"{escapes}\"]")).Refused();
        (await _object.Apply("a", "set-in", $"{{\"path\":\"{escapes}\",\"value\":1}}")).Refused();
        (await _object.Apply("b", "set-in", $"{{\"path\":\"{string.Concat(Enumerable.Repeat("a.", 30_000))}\",\"value\":1}}")).Refused();
    }

    [Fact]
    public async Task A_query_of_a_thousand_prefixes_and_percent_signs_is_read_once()
    {
        (await _object.Keys("?" + string.Join('&', Enumerable.Repeat("prefix=%", 800)))).Ok();
        (await _object.Keys("?prefix=" + string.Concat(Enumerable.Repeat("%25", 2_000)))).Ok();
    }

    [Fact]
    public async Task A_mebibyte_of_zeros_in_a_kilobyte_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[16 * 1024 * 1024], TestContext.Current.CancellationToken);
        Assert.InRange(packed.Length, 1, 64 * 1024);
        foreach (var header in new[] { "Content-Encoding: gzip", "Content-Encoding: gzip, gzip", "Transfer-Encoding: gzip, chunked" })
        {
            var length = header.StartsWith("Transfer", StringComparison.Ordinal) ? "X: y" : $"Content-Length: {packed.Length}";
            var head = RawHttp.Head("POST", $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}/a", "Content-Type: application/json", header, length);
            var answer = await RawHttp.Exchange(shared.Server.Address, head + Encoding.Latin1.GetString(packed.ToArray()));
            Assert.True(answer.Status is 0 or (>= 400 and < 500) or 501, $"{answer.Status} came.");
        }
        Assert.Empty(await _object.Names());
    }

    [Fact]
    public async Task Compression_of_frames_is_not_agreed_to_and_a_compressed_frame_ends_the_socket()
    {
        using var raw = await RawHttp.Connect(shared.Server.Address);
        await raw.Send(
            $"GET {_object.SocketPath}?auth={Uri.EscapeDataString(TestServer.Basic)} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");
        Assert.Null((await raw.Receive()).Ok(101)["sec-websocket-extensions"]);
        await using var socket = await WireSocket.Open(shared.Server, _object);
        await socket.SendFrame(0xC0 | WireSocket.Text, [0xAA, 0x56, 0x4A]);
        await socket.ReceiveClose(1002);
    }

    [Theory]
    [InlineData("__proto__")]
    [InlineData("constructor")]
    [InlineData("prototype")]
    [InlineData("toString")]
    [InlineData("hasOwnProperty")]
    public async Task A_name_that_means_something_to_JavaScript_means_nothing_here(string name)
    {
        (await _object.SetMany($"{{\"{name}\":{{\"value\":{{\"{name}\":1}}}}}}")).Ok();
        (await _object.Apply(name, "merge", $"{{\"value\":{{\"{name}\":{{\"polluted\":true}}}}}}")).Ok();
        (await _object.Apply(name, "set-in", $"{{\"path\":\"{name}.{name}.x\",\"value\":2}}")).Ok();
        Assert.Equal($"{{\"{name}\":{{\"polluted\":true,\"{name}\":{{\"x\":2}}}}}}", (await _object.Get(name)).Ok().Value);
        (await _object.Set("plain", "{}")).Ok();
        (await _object.Apply("plain", "set-in", """{"path":"a","value":1}""")).Ok();
        Assert.Equal("""{"a":1}""", (await _object.Get("plain")).Ok().Value);
        Assert.Equal(new[] { name, "plain" }.Order(StringComparer.Ordinal), await _object.Names());
    }
}
