using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>Registers what keeps those who ask for too much from harming the others.</summary>
internal static class LimitsHosting
{
    /// <summary>How many sockets share an HTTP/2 connection where addresses have no limit.</summary>
    private const int UnlimitedSockets = 10_000;

    private const int RequestsBesideSockets = 100;

    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServerQuotas();
        services.AddSingleton<AddressLimits>();
        services.AddSingleton<AccountLimits>();
        services.AddSingleton<ProjectLimits>();
        services.AddSingleton<ConnectionLimit>();
        services.AddHostedService<DemandExchange>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var quotas = kestrel.ApplicationServices.GetRequiredService<ServerQuotas>();
            // All sockets of a browser may share one HTTP/2 connection. Past Kestrel's limit they and all requests would wait without a
            // word until one closes; past an address's own they are told.
            kestrel.Limits.Http2.MaxStreamsPerConnection = (quotas.Of(ScopeKind.Address).Sockets ?? UnlimitedSockets) + RequestsBesideSockets;
            var limit = kestrel.ApplicationServices.GetRequiredService<ConnectionLimit>();
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => limit.Serve(connection, next)));
        });
    }
}
