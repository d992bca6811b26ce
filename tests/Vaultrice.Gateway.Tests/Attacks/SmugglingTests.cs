using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Attacks;

/// <summary>
/// Requests that a proxy in front could read otherwise than we do. Behind each lies a second one that clears the object: it must
/// never be carried out unless it is plainly a request of its own.
/// </summary>
public sealed class SmugglingTests(SharedServer shared) : IAsyncLifetime
{
    private readonly Calls _object = shared.Server.NewObject();

    private string Target => $"/project/{TestServer.ProjectId}/cache/{_object.ObjectPath}";

    private string Clearing => RawHttp.Head("DELETE", Target);

    public async ValueTask InitializeAsync() => (await _object.Set("kept", "1")).Ok();

    public async ValueTask DisposeAsync() => (await _object.Get("kept")).Ok();

    [Theory]
    [InlineData("Content-Length: {n}\r\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: {n}", "0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: {n}", "")]
    [InlineData("Content-Length: 0, {n}", "")]
    [InlineData("Content-Length: 0x0", "")]
    [InlineData("Content-Length:\r\n 0", "")]
    [InlineData("Transfer-Encoding: xchunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity", "")]
    [InlineData("Transfer-Encoding: chunked, identity", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding:\u000bchunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "0;\u0001\r\nx: y\r\n \r\n")]
    [InlineData("Transfer-Encoding: chunked", "0\n\n")]
    [InlineData("Transfer-Encoding: chunked", "2\r\n{}xx0\r\n\r\n")]
    [InlineData("X: y\nContent-Length: 0", "")]
    [InlineData("X: y\r\n folded: z", "")]
    [InlineData("X y: z", "")]
    [InlineData("X: a\rb", "")]
    [InlineData("X: a\0b", "")]
    public async Task Framing_that_can_be_read_in_two_ways_ends_the_connection(string headers, string body)
    {
        using var raw = await RawHttp.Connect(shared.Server.Address);
        var hidden = Clearing;
        var lines = headers.Replace("{n}", $"{body.Length + hidden.Length}", StringComparison.Ordinal);
        await raw.Send($"POST {Target}/kept HTTP/1.1\r\nHost: localhost\r\nAuthorization: {TestServer.Basic}\r\nContent-Type: application/json\r\n{lines}\r\n\r\n{body}{hidden}");
        var first = await raw.Receive();
        Assert.True(first.Status is 0 or (>= 400 and < 600 and not 500), $"{first.Status} came.");
        await raw.Closed();
    }

    [Fact]
    public async Task An_upgrade_to_plain_HTTP_2_is_not_made()
    {
        var answer = await RawHttp.Exchange(
            shared.Server.Address,
            RawHttp.Head("GET", Target, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"));
        answer.Ok();
        Assert.Null(answer["upgrade"]);
    }

    [Fact]
    public async Task HTTP_2_without_TLS_is_not_spoken()
    {
        using var raw = await RawHttp.Connect(shared.Server.Address);
        await raw.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Clearing);
        Assert.True((await raw.Receive()).Status is 0 or >= 400);
        await raw.Closed();
    }

    [Fact]
    public async Task An_absolute_target_is_judged_like_the_path_in_it()
    {
        (await RawHttp.Exchange(shared.Server.Address, RawHttp.Head("GET", $"http://localhost{Target}/kept"))).Ok();
        // Two names of the host: one of them is a lie.
        Assert.Equal(400, (await RawHttp.Exchange(shared.Server.Address, RawHttp.Head("DELETE", $"http://elsewhere.example{Target}"))).Status);
        var without = $"DELETE http://localhost{Target} HTTP/1.1\r\nHost: localhost\r\n\r\n";
        (await RawHttp.Exchange(shared.Server.Address, without)).Refused(401, "authenticationError.credentials.missing");
    }

    [Fact]
    public async Task Credentials_sent_twice_are_good_for_nothing() => (await RawHttp.Exchange(
        shared.Server.Address,
        RawHttp.Head("DELETE", Target, "Authorization: Basic bm9ib2R5Om5vdGhpbmc="))).Refused();
}
