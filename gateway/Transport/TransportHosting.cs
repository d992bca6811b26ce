using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Http;

namespace Vaultrice.Gateway.Transport;

/// <summary>Registers how requests arrive: TLS, proxies, the headers of every answer.</summary>
internal static partial class TransportHosting
{
    public static void AddTransport(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<TransportOptions>(TransportOptions.Section);
        services.AddSingleton<IValidateOptions<TransportOptions>, TransportOptionsCheck>();
        services.AddSettings<ProxyOptions>(ProxyOptions.Section);
        services.AddSingleton<SecureTransport>();
        // A body has Kestrel's own bound: 240 bytes a second, after 5 seconds.
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<TransportOptions>>(static (kestrel, options) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = options.Value.HeadersWithin;
            kestrel.Limits.KeepAliveTimeout = options.Value.IdleAfter;
        });
    }

    /// <summary>Comes first in the pipeline: what follows sees the client's address and scheme, not the proxy's.</summary>
    public static void UseTransport(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.Networks().ToArray();
        if (proxies.Length > 0)
            app.UseForwardedHeaders(Believing(proxies));
        else if (app.Services.GetRequiredService<IOptions<TransportOptions>>().Value.TlsTerminatedByProxy)
            LogNoProxyNamed(app.Logger);
        var transport = app.Services.GetRequiredService<SecureTransport>();
        app.Use((context, next) =>
        {
            transport.Dress(context);
            // Orchestrators ask a process for its health past the proxy.
            if (transport.Refuse(context) is not { } refusal || context.Request.Path.StartsWithSegments("/health"))
                return next(context);
            ErrorResponses.Write(context, refusal);
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// The header's entries are read from the last, which the proxy next to us wrote, for as long as the sender of each is a named
    /// proxy: what a client wrote in front of them is not reached.
    /// </summary>
    private static ForwardedHeadersOptions Believing(System.Net.IPNetwork[] proxies)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies)
            options.KnownIPNetworks.Add(network);
        return options;
    }

    [LoggerMessage(1, LogLevel.Warning, "Transport:TlsTerminatedByProxy is set and Proxies:Trusted names no proxy: all clients have the proxy's address, and share its limits.")]
    private static partial void LogNoProxyNamed(ILogger logger);
}
