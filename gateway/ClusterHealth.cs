using Microsoft.Extensions.Diagnostics.HealthChecks;
using Vaultrice.Projects;

namespace Vaultrice.Gateway;

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
