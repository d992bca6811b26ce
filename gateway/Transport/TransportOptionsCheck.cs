using Microsoft.Extensions.Options;

namespace Vaultrice.Gateway.Transport;

/// <summary>Stops the start when the gateway would serve plain HTTP, or believe anybody's word about where requests come from.</summary>
internal sealed class TransportOptionsCheck(IConfiguration configuration, IHostEnvironment environment) : IValidateOptions<TransportOptions>
{
    private const string FrameworkSwitch = "FORWARDEDHEADERS_ENABLED";

    public ValidateOptionsResult Validate(string? name, TransportOptions options)
    {
        // With it the framework takes every sender for a proxy, and any client could name its own address.
        if ("true".Equals(configuration[FrameworkSwitch], StringComparison.OrdinalIgnoreCase))
            return ValidateOptionsResult.Fail($"{FrameworkSwitch} cannot be used, it trusts every sender: name the proxies in Proxies:Trusted instead.");
        if (environment.IsDevelopment() || options.TlsTerminatedByProxy || Array.Find(Endpoints(), IsPlain) is not { } plain)
            return ValidateOptionsResult.Success;
        return ValidateOptionsResult.Fail(
            $"Plain HTTP is not served outside Development, and {plain} is plain HTTP: "
            + "use https in urls with a certificate in Kestrel:Certificates:Default, or, if a proxy in front ends TLS, set Transport:TlsTerminatedByProxy to true.");
    }

    /// <summary>Where the server will listen, found in the order in which it looks itself.</summary>
    private string[] Endpoints()
    {
        string[] named = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()];
        if (named.Length > 0)
            return named;
        if (Split(configuration["urls"]) is { Length: > 0 } urls)
            return urls;
        string[] ports =
        [
            .. Split(configuration["HTTP_PORTS"]).Select(port => $"http://*:{port}"),
            .. Split(configuration["HTTPS_PORTS"]).Select(port => $"https://*:{port}"),
        ];
        return ports.Length > 0 ? ports : ["http://localhost:5000"];
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static bool IsPlain(string url) => url.StartsWith("http:", StringComparison.OrdinalIgnoreCase);
}
