using Microsoft.Extensions.Diagnostics.HealthChecks;
using Vaultrice.Projects;

namespace Vaultrice.Gateway;

/// <summary>What a load balancer asks, of every process of ours.</summary>
public static class Health
{
    public static void AddHealth(this WebApplicationBuilder builder) =>
        builder.Services.AddHealthChecks().AddCheck<ClusterHealth>("cluster");

    /// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: store and cluster are reachable, else 503.</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready");
    }
}

/// <summary>Ready when a grain answers and its state can be read: the cluster and the store behind it are reachable.</summary>
internal sealed class ClusterHealth(IGrainFactory grains) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await grains.GetGrain<IProjectDirectoryGrain>(0).ProbeStore().WaitAsync(TimeSpan.FromSeconds(5), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (Http.ErrorResponses.Explain(e) is { } failure)
        {
            return HealthCheckResult.Unhealthy(failure.Message);
        }
    }
}
