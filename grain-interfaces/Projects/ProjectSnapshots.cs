using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Vaultrice.Projects;

/// <summary>
/// Snapshots of projects, so that a request costs no grain call. Kept for as long as <see cref="IProjectChangesGrain"/>
/// says that nothing changed; while it cannot be asked, none is older than a second. Each is compared with its project twice a
/// minute, so that a change which was never told acts too.
/// </summary>
public sealed partial class ProjectSnapshots(IGrainFactory grains, TimeProvider time, ILogger<ProjectSnapshots> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>How old what a snapshot says may be: the time within which a revoked key stops working.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>How long a snapshot is believed without having been compared.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(30);

    private const int ComparedAtOnce = 8;

    /// <summary>How many projects are remembered.</summary>
    private const int MaxEntries = 10_000;

    /// <summary>How many ids are remembered that are no project's: apart, since anybody can think of more of them.</summary>
    private const int MaxUnknown = 1_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> _unknown = new(StringComparer.Ordinal);
    private long _confirmedAt = time.GetTimestamp() - (long)(MaxAge.TotalSeconds * time.TimestampFrequency);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private ChangeMark? _mark;

    /// <summary>
    /// A project changed, or, with null, any of them may have. While changes cannot be asked for, it is raised with null once a
    /// second. Handlers must not block.
    /// </summary>
    public event Action<string?>? Changed;

    /// <summary>The project, or null if there is none of this id.</summary>
    public ValueTask<ProjectSnapshot?> Get(string projectId)
    {
        if ((_entries.TryGetValue(projectId, out var entry) || _unknown.TryGetValue(projectId, out entry))
            && (IsCurrent(entry.AskedAt) || (IsCurrent(Volatile.Read(ref _confirmedAt)) && !entry.Snapshot.IsFaulted)))
        {
            return new(entry.Snapshot);
        }
        if (_entries.Count >= MaxEntries)
            _entries.Clear();
        // Kept before it is asked for: a change that is told in between takes it out again.
        entry = new(time.GetTimestamp());
        _entries[projectId] = entry;
        return new(Ask(projectId, entry));
    }

    /// <summary>Not before everything has started, and not after anything has stopped: grains are asked.</summary>
    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken)
    {
        _watching = Task.WhenAll(Watch(_stopping.Token), CompareAll(_stopping.Token));
        return Task.CompletedTask;
    }

    async Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task<ProjectSnapshot?> Ask(string projectId, Entry entry)
    {
        var snapshot = await entry.Ask(grains.GetGrain<IProjectGrain>(projectId));
        if (snapshot is not null)
            return snapshot;
        if (_unknown.Count >= MaxUnknown)
            _unknown.Clear();
        // A change takes ids out of both, the entries first: whether it comes before or after these two steps, nothing is left of it.
        _unknown[projectId] = entry;
        if (!_entries.TryRemove(KeyValuePair.Create(projectId, entry)))
            _unknown.TryRemove(KeyValuePair.Create(projectId, entry));
        return null;
    }

    private async Task Watch(CancellationToken stoppingToken)
    {
        var changes = grains.GetGrain<IProjectChangesGrain>(0);
        var wasTold = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var since = await changes.Since(_mark).WaitAsync(MaxAge, time, stoppingToken);
                Take(since);
                wasTold = true;
            }
#pragma warning disable CA1031 // Whatever it was: snapshots are asked for anew each second until it is over.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (wasTold)
                    LogNotTold(e);
                wasTold = false;
                Changed?.Invoke(null);
                if (e is not TimeoutException)
                    await Task.Delay(MaxAge, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Take(ProjectChanges since)
    {
        _mark = since.Mark;
        if (since.ProjectIds is null)
        {
            _entries.Clear();
            _unknown.Clear();
        }
        else
        {
            foreach (var projectId in since.ProjectIds)
            {
                _entries.TryRemove(projectId, out _);
                _unknown.TryRemove(projectId, out _);
            }
        }
        Volatile.Write(ref _confirmedAt, time.GetTimestamp());
        if (since.ProjectIds is null)
            Changed?.Invoke(null);
        else
        {
            foreach (var projectId in since.ProjectIds)
                Changed?.Invoke(projectId);
        }
    }

    private async Task CompareAll(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Believed, time);
        var few = new ParallelOptions { MaxDegreeOfParallelism = ComparedAtOnce, CancellationToken = stoppingToken };
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Parallel.ForEachAsync(_entries, few, (kept, _) => Compare(kept.Key, kept.Value));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async ValueTask Compare(string projectId, Entry entry)
    {
        // What was not answered, or not well, is not believed.
        if (!entry.Snapshot.IsCompletedSuccessfully)
            return;
        try
        {
            var known = await entry.Snapshot;
            var present = await grains.GetGrain<IProjectGrain>(projectId).GetSnapshot();
            if (present?.Revision != known?.Revision && _entries.TryRemove(KeyValuePair.Create(projectId, entry)))
                Changed?.Invoke(projectId);
        }
#pragma warning disable CA1031 // Whatever it was: it is compared again with the next ones.
        catch
#pragma warning restore CA1031
        {
            // Lost calls are logged by those who need the answer.
        }
    }

    private bool IsCurrent(long timestamp) => time.GetElapsedTime(timestamp) < MaxAge;

    [LoggerMessage(1, LogLevel.Warning, "Changes of projects are not told at present; they are asked for each second.")]
    private partial void LogNotTold(Exception cause);

    private sealed class Entry(long askedAt)
    {
        private readonly TaskCompletionSource<ProjectSnapshot?> _snapshot = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long AskedAt => askedAt;

        public Task<ProjectSnapshot?> Snapshot => _snapshot.Task;

        public async Task<ProjectSnapshot?> Ask(IProjectGrain project)
        {
            try
            {
                var snapshot = await project.GetSnapshot();
                _snapshot.SetResult(snapshot);
                return snapshot;
            }
            catch (Exception e)
            {
                _snapshot.SetException(e);
                // Observed here for those who may never ask.
                _ = _snapshot.Task.Exception;
                throw;
            }
        }
    }
}

/// <summary>Registers <see cref="ProjectSnapshots"/>, once for gateway and silo in one process.</summary>
public static class ProjectSnapshotsRegistration
{
    public static void AddProjectSnapshots(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ProjectSnapshots>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ProjectSnapshots>(provider => provider.GetRequiredService<ProjectSnapshots>()));
    }
}
