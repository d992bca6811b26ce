using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>Sees to it that deleted projects go on being emptied, also when the silo that began it is gone.</summary>
internal sealed partial class DeletedProjects(IGrainFactory grains, TimeProvider time, ILogger<DeletedProjects> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                await GoOn(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The silo stops: its successor goes on.
        }
    }

    private async Task GoOn(CancellationToken stoppingToken)
    {
        try
        {
            var directory = grains.GetGrain<IProjectDirectoryGrain>(0);
            foreach (var projectId in await directory.GetDeleted())
            {
                stoppingToken.ThrowIfCancellationRequested();
                var project = grains.GetGrain<IProjectGrain>(projectId);
                // It was emptied, and the end came before it was taken from the list.
                if (!await project.IsBeingEmptied() && await project.GetSnapshot() is null)
                    await directory.RemoveDeleted(projectId);
            }
        }
#pragma warning disable CA1031 // The next round tries again.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Deleted projects could not be looked after; it is tried again in a minute.")]
    private partial void LogFailed(Exception cause);
}
