using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Grains.Quotas;

/// <summary>
/// The meters of this silo's classes. Once a second reports what changed in projects whose storage is limited, and hears how
/// much room is left; no write waits for it.
/// </summary>
internal sealed partial class StoredMeters(
    ServerQuotas quotas, ProjectSnapshots projects, IGrainFactory grains, TimeProvider time, ILogger<StoredMeters> logger)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Classes are named by clients: a meter lives for as long as an object or a report needs it.
    private readonly ConcurrentDictionary<(string ProjectId, string Class), WeakReference<ClassMeter>> _meters = new();
    // Kept for as long as the project exists: what room it has must not be forgotten between two of its classes.
    private readonly ConcurrentDictionary<string, ProjectMeter> _ofProjects = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ClassMeter> _toReport = new();
    private readonly ConcurrentDictionary<string, bool> _reporting = new(StringComparer.Ordinal);
    private bool _wasTold = true;
    private volatile bool _isStopping;

    public ClassMeter Of(string projectId, string @class)
    {
        while (true)
        {
            var known = _meters.GetOrAdd((projectId, @class), static (key, meters) => new(meters.Make(key)), this);
            if (known.TryGetTarget(out var meter))
                return meter;
            _meters.TryRemove(KeyValuePair.Create((projectId, @class), known));
        }
    }

    /// <summary>Reports what there is to report.</summary>
    public Task Report()
    {
        foreach (var (key, known) in _meters)
        {
            if (!known.TryGetTarget(out _))
                _meters.TryRemove(KeyValuePair.Create(key, known));
        }
        List<ClassMeter> meters = [];
        for (var count = _toReport.Count; count > 0 && _toReport.TryDequeue(out var meter); count--)
            meters.Add(meter);
        return Task.WhenAll(meters.GroupBy(meter => meter.Project).Select(project => Report(project.Key, [.. project])));
    }

    /// <summary>Before anything else stops: a silo on its way down places no grain.</summary>
    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        return Task.CompletedTask;
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            // Not awaited: a project that takes long to count must not keep the others waiting.
            while (await timer.WaitForNextTickAsync(stoppingToken) && !_isStopping)
                _ = Report();
        }
        catch (OperationCanceledException)
        {
            // The silo stops; what was not reported is counted at the next start.
        }
    }

    private async Task Report(ProjectMeter project, ImmutableArray<ClassMeter> meters)
    {
        var projectId = project.ProjectId;
        // One report of a project at a time: a later one must not arrive first.
        if (!_reporting.TryAdd(projectId, true))
        {
            foreach (var meter in meters)
                _toReport.Enqueue(meter);
            return;
        }
        ImmutableArray<StoredTotal> changes = [];
        try
        {
            var snapshot = await projects.Get(projectId);
            var ofProject = quotas.OfProject(snapshot);
            var ofClasses = meters.Select(meter => quotas.OfClass(snapshot, meter.Class)).ToImmutableArray();
            changes = [.. meters.Select(meter => meter.Take())];
            var (bytes, items) = (changes.Sum(change => change.Bytes), changes.Sum(change => change.Items));
            if (snapshot is null)
                _ofProjects.TryRemove(KeyValuePair.Create(projectId, project));
            if (!IsLimited(ofProject) && !ofClasses.Any(IsLimited))
            {
                project.Told(StorageRoom.Unlimited, bytes, items);
                foreach (var meter in meters)
                    meter.Room = StorageRoom.Unlimited;
                return;
            }
            var mustBeRight = project.Room.IsUsedUp || meters.Any(meter => meter.Room.IsUsedUp || meter.TakeRefused());
            var stored = await grains.GetGrain<IStoredTotalsGrain>(projectId).Report(changes, mustBeRight);
            project.Told(StorageRoom.OfProject(ofProject, stored, quotas.NearAt), bytes, items);
            for (var i = 0; i < meters.Length; i++)
            {
                meters[i].Room = StorageRoom.OfClass(ofClasses[i], stored.Classes[i], quotas.NearAt);
                // Who is refused changes nothing that would be reported, and must hear when there is room again.
                if (meters[i].Room.IsUsedUp || (i == 0 && project.Room.IsUsedUp))
                    meters[i].AskForReport();
            }
            _wasTold = true;
        }
#pragma warning disable CA1031 // Whatever it was: it is reported again in a second.
        catch (Exception e)
#pragma warning restore CA1031
        {
            for (var i = 0; i < meters.Length; i++)
            {
                // One from which nothing was taken takes itself for waiting already.
                if (changes.IsEmpty)
                    _toReport.Enqueue(meters[i]);
                else
                    meters[i].Keep(changes[i]);
            }
            if (_wasTold)
                LogNotReported(e);
            _wasTold = false;
        }
        finally
        {
            _reporting.TryRemove(projectId, out _);
        }
    }

    private static bool IsLimited(Quota quota) => quota.Bytes is not null || quota.Items is not null;

    private ClassMeter Make((string ProjectId, string Class) key)
    {
        var meter = new ClassMeter(_ofProjects.GetOrAdd(key.ProjectId, static id => new(id)), key.Class, _toReport.Enqueue);
        // How much room there is must be known before there is any growth to report.
        meter.AskForReport();
        return meter;
    }

    [LoggerMessage(1, LogLevel.Warning, "What objects store cannot be reported at present; storage quotas stay as they are.")]
    private partial void LogNotReported(Exception cause);
}

/// <summary>Registers what holds storage to its quotas.</summary>
public static class StorageQuotasRegistration
{
    public static void AddStorageQuotas(this IServiceCollection services)
    {
        services.AddServerQuotas();
        services.AddProjectSnapshots();
        services.AddSingleton<StoredMeters>();
        services.AddHostedService(provider => provider.GetRequiredService<StoredMeters>());
    }
}
