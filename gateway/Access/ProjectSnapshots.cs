using System.Collections.Concurrent;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Snapshots of projects, at most a second old, so that a request costs no grain call.</summary>
internal sealed class ProjectSnapshots(IGrainFactory grains, TimeProvider time)
{
    /// <summary>How old a snapshot may be: the time within which a revoked key stops working.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    /// <summary>How many projects, known or asked for in vain, are remembered.</summary>
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The project, or null if there is none of this id.</summary>
    public ValueTask<ProjectSnapshot?> Get(string projectId)
    {
        if (_entries.TryGetValue(projectId, out var entry) && time.GetElapsedTime(entry.AskedAt) < MaxAge)
            return new(entry.Snapshot);
        if (_entries.Count >= MaxEntries)
            _entries.Clear();
        entry = new(grains.GetGrain<IProjectGrain>(projectId).GetSnapshot(), time.GetTimestamp());
        _entries[projectId] = entry;
        return new(entry.Snapshot);
    }

    private sealed record Entry(Task<ProjectSnapshot?> Snapshot, long AskedAt);
}
