using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Vaultrice.Grains.Storage;

/// <summary>Deletes what has expired, of all objects, also those that nobody loads any more.</summary>
internal sealed partial class ExpirySweep(IObjectStore store, TimeProvider time, ILogger<ExpirySweep> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>An object tells of an expired item by its own clock; its record stays until that has surely happened.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await SweepAll(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The silo stops, maybe because it could not start: that is no failure of the sweep.
        }
    }

    private async Task SweepAll(CancellationToken stoppingToken)
    {
        try
        {
            var expiredBefore = (time.GetUtcNow() - Grace).ToUnixTimeMilliseconds();
            var total = 0;
            while (await store.Sweep(expiredBefore, stoppingToken) is > 0 and var deleted)
                total += deleted;
            LogSwept(total);
        }
#pragma warning disable CA1031 // The next round tries again; a sweep that ended for good would fill the disk.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Deleted {Count} expired records.")]
    private partial void LogSwept(int count);

    [LoggerMessage(LogLevel.Warning, "Deleting expired records failed; it is tried again in a minute.")]
    private partial void LogFailed(Exception exception);
}
