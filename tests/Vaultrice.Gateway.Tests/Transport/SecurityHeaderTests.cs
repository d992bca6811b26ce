using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>What every answer tells browsers, whatever it answers.</summary>
public sealed class SecurityHeaderTests(SharedServer shared)
{
    [Theory]
    [InlineData("GET", "cache/c/headers", 200)]
    [InlineData("GET", "cache/c/headers/missing", 404)]
    [InlineData("GET", "auth/token", 200)]
    [InlineData("PUT", "cache/c/headers", 405)]
    [InlineData("OPTIONS", "cache/c/headers", 204)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/health/live", 200)]
    public async Task Are_on_every_answer(string method, string path, int status)
    {
        var answer = (await shared.Server.NewObject().Send(method, path)).Ok(status);
        Assert.Equal("nosniff", answer["x-content-type-options"]);
        Assert.Equal("no-referrer", answer["referrer-policy"]);
        Assert.Equal("cross-origin", answer["cross-origin-resource-policy"]);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer["content-security-policy"]);
        Assert.Null(answer["server"]);
        Assert.Null(answer["x-powered-by"]);
    }

    [Fact]
    public async Task Are_on_refused_credentials_too() =>
        Assert.Equal("nosniff", (await shared.Server.NewObject().SendAs(null, "GET", "cache/c/headers")).Refused()["x-content-type-options"]);
}
