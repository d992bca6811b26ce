using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Vaultrice.Grains.Projects;
using Vaultrice.Grains.Quotas;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.Grains.Streaming;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Silo;

/// <summary>What makes a host a silo.</summary>
internal static class SiloHosting
{
    /// <summary>Reads the key <c>Roles</c>.</summary>
    public static Roles GetRoles(this IConfiguration configuration)
    {
        var configured = configuration["Roles"] ?? "Silo,Gateway";
        return Enum.TryParse<Roles>(configured, ignoreCase: true, out var roles) && roles is Roles.Silo or (Roles.Silo | Roles.Gateway)
            ? roles
            : throw new OptionsValidationException("Roles", typeof(Roles), [$"Roles '{configured}' cannot be used: set it to Silo,Gateway (the default) or to Silo."]);
    }

    /// <summary>Registers grains, store, streams and clustering.</summary>
    public static void AddSilo(this WebApplicationBuilder builder, Roles roles)
    {
        builder.Services.AddObjectStore();
        builder.Services.AddStorageObjects();
        builder.Services.AddStorageQuotas();
        builder.Services.AddProjectSnapshots();
        builder.Services.AddSettings<ObjectLimits>(ObjectLimits.Section);
        builder.Services.AddSettings<StorageObjectOptions>(StorageObjectOptions.Section);
        builder.Services.AddSettings<TokenOptions>(TokenOptions.Section);
        builder.Services.AddSettings<BootstrapOptions>(BootstrapOptions.Section);
        builder.UseOrleans(silo =>
        {
            // Any clustering that the section Orleans names is set up by Orleans itself.
            if (!silo.Configuration.GetSection("Orleans:Clustering").Exists())
                silo.UseLocalhostClustering(SiloPort(silo.Configuration, roles), GatewayPort(silo.Configuration, roles));
            silo.AddEngineGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
            silo.AddEngineGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
            silo.AddGatewayStreams();
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(30));
        });
        builder.Services.AddHostedService<Bootstrap>();
        builder.Services.AddProjects();
    }

    /// <summary>One process that is everything needs a port for form's sake only: any free one, so that several can run side by side.</summary>
    private static int SiloPort(IConfiguration configuration, Roles roles) =>
        configuration.GetValue<int?>("Orleans:Endpoints:SiloPort")
        ?? (roles.HasFlag(Roles.Gateway) ? LocalPorts.Free() : EndpointOptions.DEFAULT_SILO_PORT);

    /// <summary>Only gateways of their own connect from outside.</summary>
    private static int GatewayPort(IConfiguration configuration, Roles roles) =>
        configuration.GetValue<int?>("Orleans:Endpoints:GatewayPort")
        ?? (roles.HasFlag(Roles.Gateway) ? 0 : EndpointOptions.DEFAULT_GATEWAY_PORT);
}
