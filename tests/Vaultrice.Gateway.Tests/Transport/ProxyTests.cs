using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>A gateway behind a named proxy: what the proxy says counts, what anybody else says does not.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task What_came_to_the_proxy_by_plain_HTTP_is_refused_and_by_TLS_is_served()
    {
        await using var server = await TestServer.Start(("Proxies__Trusted", "10.0.0.0/8, 127.0.0.1"));
        var calls = server.NewObject();
        (await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("X-Forwarded-Proto", "http"))).Refused(403, "authorizationError.transport");
        var served = (await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("X-Forwarded-Proto", "https"))).Ok();
        Assert.Equal("max-age=31536000", served["strict-transport-security"]);
        // Nobody said how it came.
        (await calls.GetAll()).Refused(403, "authorizationError.transport");
        (await calls.Send("GET", "/health/live")).Ok();
    }

    [Fact]
    public async Task The_word_of_a_sender_that_is_not_named_does_not_count()
    {
        await using var server = await TestServer.Start(("Proxies__Trusted", "10.0.0.0/8"));
        var calls = server.NewObject();
        (await calls.Send("GET", $"cache/{calls.ObjectPath}", headers: ("X-Forwarded-Proto", "https"))).Refused(403, "authorizationError.transport");
    }
}
