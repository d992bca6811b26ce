using System.Collections.Concurrent;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>
/// Counts the uses of secrets and of versions of id signature keys, so that their owner sees which can be deleted, and reports
/// them to their projects now and then. What was not reported when the process dies is lost.
/// </summary>
internal sealed partial class UseReports(IGrainFactory grains, TimeProvider time, ILogger<UseReports> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    // Only what exists and was used gets here, so the projects bound it.
    private readonly ConcurrentDictionary<Used, UseCounter> _counters = new();

    /// <summary>The counter of a secret, used itself or through a token it minted.</summary>
    public UseCounter OfSecret(string projectId, string apiKey, string secretId) =>
        _counters.GetOrAdd(new(projectId, apiKey, secretId, null), static _ => new());

    /// <summary>The counter of a version of a class's id signature keys.</summary>
    public UseCounter OfIdSignature(string projectId, string @class, int version) =>
        _counters.GetOrAdd(new(projectId, @class, null, version), static _ => new());

    /// <summary>Reports what was counted since the last time.</summary>
    public async Task Report()
    {
        var taken = _counters.Select(counter => (Used: counter.Key, Counter: counter.Value, Taken: counter.Value.Take()))
            .Where(counter => counter.Taken.Count > 0)
            .GroupBy(counter => counter.Used.ProjectId);
        foreach (var project in taken)
        {
            try
            {
                await grains.GetGrain<IProjectGrain>(project.Key)
                    .RecordUse([.. project.Select(used => new UseRecord(used.Used.Key, used.Taken.Count, used.Taken.LastAt))]);
            }
#pragma warning disable CA1031 // Whatever it was: it is counted again, and reported the next time.
            catch (Exception e)
#pragma warning restore CA1031
            {
                foreach (var used in project)
                    used.Counter.Return(used.Taken.Count);
                LogNotReported(e);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Report().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Report();
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The uses of a project's secrets could not be reported; they are kept for the next report.")]
    private partial void LogNotReported(Exception cause);

    private readonly record struct Used(string ProjectId, string Name, string? SecretId, int? Version)
    {
        public string Key => SecretId is not null ? UseRecord.OfSecret(Name, SecretId) : UseRecord.OfIdSignature(Name, Version!.Value);
    }
}
