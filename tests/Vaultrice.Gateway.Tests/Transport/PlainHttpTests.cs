using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Silo;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>Plain HTTP is served in Development, or to a proxy that ends TLS; else the start fails with one sentence.</summary>
public sealed class PlainHttpTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("urls", "http://127.0.0.1:0")]
    [InlineData("urls", "https://127.0.0.1:0;http://127.0.0.1:0")]
    [InlineData("urls", "")]
    [InlineData("HTTP_PORTS", "0")]
    [InlineData("Kestrel__Endpoints__Any__Url", "http://127.0.0.1:0")]
    public async Task Outside_Development_it_stops_the_start(string key, string value) =>
        await AssertRefused(new() { ["urls"] = "", ["Transport__TlsTerminatedByProxy"] = "false", [key] = value }, "Transport:TlsTerminatedByProxy");

    [Fact]
    public async Task The_gateway_program_refuses_it_as_the_silo_does() =>
        await AssertRefused(new() { ["Transport__TlsTerminatedByProxy"] = "false" }, "Transport:TlsTerminatedByProxy", ServerProcess.Gateway);

    [Fact]
    public async Task A_silo_without_gateway_serves_its_health_by_it()
    {
        await using var silo = ServerProcess.LaunchSilo(_folder.Path, LocalPorts.Free(), ("Transport__TlsTerminatedByProxy", "false"));
        await silo.Ready();
    }

    [Fact]
    public async Task In_Development_it_is_served_and_browsers_are_not_told_to_use_https_only()
    {
        await using var server = await TestServer.Start(("DOTNET_ENVIRONMENT", "Development"), ("Transport__TlsTerminatedByProxy", "false"));
        Assert.Null((await server.NewObject().Get("a")).Ok(404)["strict-transport-security"]);
    }

    [Fact]
    public async Task An_https_endpoint_without_a_certificate_stops_the_start() =>
        await AssertRefused(new() { ["urls"] = "https://127.0.0.1:0" }, "Kestrel:Certificates");

    [Fact]
    public async Task A_certificate_that_is_not_there_stops_the_start() => await AssertRefused(
        new()
        {
            ["urls"] = "https://127.0.0.1:0",
            ["Kestrel__Certificates__Default__Path"] = _folder["nothing.pem"],
            ["Kestrel__Certificates__Default__KeyPath"] = _folder["nothing.key"],
        },
        "Kestrel:Certificates");

    [Theory]
    [InlineData("Proxies__Trusted", "10.0.0.0/8, nonsense", "Proxies:Trusted")]
    [InlineData("Proxies__Trusted", "10.0.0.0/33", "Proxies:Trusted")]
    [InlineData("Proxies__Known", "10.0.0.1", "Proxies:Known")]
    [InlineData("Transport__HstsMaxAge", "for ever", "Transport:HstsMaxAge")]
    [InlineData("Transport__Plain", "true", "Transport:Plain")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true", "Proxies:Trusted")]
    public async Task A_wrong_setting_is_named(string key, string value, string named) => await AssertRefused(new() { [key] = value }, named);

    private async Task AssertRefused(Dictionary<string, string> settings, string named, string program = ServerProcess.Silo)
    {
        var all = program == ServerProcess.Silo ? TestServer.Settings(_folder.Path) : [];
        foreach (var (key, value) in settings)
            all[key] = value;
        await using var process = ServerProcess.Launch(all, program);
        Assert.Equal(1, await process.Ended());
        var sentence = Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Contains(named, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", process.Errors + process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", process.Output, StringComparison.Ordinal);
    }
}
