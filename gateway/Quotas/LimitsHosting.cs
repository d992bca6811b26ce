using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>Registers what keeps those who ask for too much from harming the others.</summary>
internal static class LimitsHosting
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServerQuotas();
        services.AddSingleton<AddressLimits>();
        services.AddSingleton<ProjectLimits>();
        services.AddSingleton<ConnectionLimit>();
        services.AddHostedService<DemandExchange>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var limit = kestrel.ApplicationServices.GetRequiredService<ConnectionLimit>();
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => limit.Serve(connection, next)));
        });
    }
}
