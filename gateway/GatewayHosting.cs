using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Admin;
using Vaultrice.Gateway.Http;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Transport;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway;

/// <summary>What makes a host a gateway, whether it also hosts grains or not.</summary>
public static class GatewayHosting
{
    /// <summary>Registers the gateway's parts; Orleans, as silo or client, is registered before.</summary>
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSettings<ObjectLimits>(ObjectLimits.Section);
        services.AddSettings<SocketOptions>(SocketOptions.Section);
        builder.AddTransport();
        builder.AddLimits();
        services.AddProjectSnapshots();
        services.AddAccess();
        services.AddSingleton<ObjectGrains>();
        services.AddSingleton<ObjectsApi>();
        services.AddSingleton<ObjectFeeds>();
        services.AddHostedService(provider => provider.GetRequiredService<ObjectFeeds>());
        services.AddHostedService<AccessReview>();
        services.AddSingleton<SocketEndpoint>();
        services.AddSingleton<ProjectRequests>();
        builder.AddAdministration();
        builder.AddHealth();
        // Both write what came over the wire: request targets, whose query strings hold tokens, and headers that are malformed. Asked
        // whether it logs anything at all, the first makes an activity and a scope of each request, which a socket would hold for as
        // long as it lives; listeners to traces get theirs all the same.
        builder.Logging.Bound("Microsoft.AspNetCore.Hosting.Diagnostics", static _ => false);
        builder.Logging.Bound("Microsoft.AspNetCore.Server.Kestrel", static level => level >= LogLevel.Warning);
    }

    /// <summary>Puts the gateway's requests first in the pipeline, behind the transport, then routing for everything else.</summary>
    public static void UseGateway(this WebApplication app)
    {
        app.UseTransport();
        var requests = app.Services.GetRequiredService<ProjectRequests>();
        app.Use((context, next) =>
        {
            var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            return RequestTarget.TryParse(raw, out var target) ? requests.Handle(context, target) : next(context);
        });
        app.UseRouting();
        app.Use(UnmatchedRequests.Explain);
        app.UseAdministration();
        app.MapHealth();
        app.MapAdministration();
        app.MapPublicKeys();
        // Before what refuses the rest.
        app.UseEndpoints(static _ => { });
        app.Run(UnmatchedRequests.Refuse);
    }
}
