using System.Collections.Immutable;
using Vaultrice.Gateway.Http;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// Once a second: looks at every scope, and exchanges with the other gateways what is asked of those in noteworthy use. No
/// request waits for it; while a grain cannot be asked, the last share stays.
/// </summary>
internal sealed partial class DemandExchange(
    ProjectLimits projects,
    AddressLimits addresses,
    AccountLimits accounts,
    ServerQuotas quotas,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<DemandExchange> logger) : BackgroundService
{
    /// <summary>From which part of a limit on others are told: fifty gateways below it cannot exceed the limit together.</summary>
    private const double ToldAt = 0.02;

    /// <summary>How many scopes of a project are told of at once.</summary>
    private const int MaxTold = 1_000;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _gatewayId = Guid.NewGuid().ToString("N");
    private bool _wasTold = true;

    /// <summary>One look and one exchange.</summary>
    public async Task Exchange()
    {
        addresses.Sweep(quotas.NearAt);
        accounts.Sweep(quotas.NearAt);
        var told = await Task.WhenAll(projects.Sweep(quotas.NearAt, ToldAt).Select(project => Exchange(project.Key, [.. project.Take(MaxTold)])));
        if (!told.All(done => done) && _wasTold)
            LogNotTold();
        _wasTold = told.All(done => done);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Look();
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    /// <summary>A bug met once must not end the exchange, nor the host with it.</summary>
    private async Task Look()
    {
        try
        {
            await Exchange();
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
    }

    private async Task<bool> Exchange(string projectId, ImmutableArray<ActiveScope> active)
    {
        try
        {
            var others = await grains.GetGrain<IDemandGrain>(projectId)
                .Exchange(_gatewayId, [.. active.Select(own => new ScopeDemand(own.Key.Kind, own.Key.NameInProject, own.Demand))])
                .WaitAsync(Period, time);
            for (var i = 0; i < active.Length; i++)
                active[i].Scope.Share(active[i].Demand, others[i]);
            return true;
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is not null)
        {
            return false;
        }
    }

    [LoggerMessage(2, LogLevel.Error, "What is asked of the limits could not be looked at; the next look is in a second.")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(1, LogLevel.Warning, "Gateways cannot tell each other what is asked of them at present; limits stay as they were shared last.")]
    private partial void LogNotTold();
}
