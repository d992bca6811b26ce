using System.Collections.Concurrent;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>A store that fails and stalls as it is told, object by object.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    private readonly ConcurrentDictionary<StorageObjectId, StoreFaults> _faults = [];
    private int _failingPurges;

    /// <summary>The store behind, which never fails.</summary>
    public IObjectStore Inner => inner;

    /// <summary>That many of the next purges fail.</summary>
    public void FailNextPurges(int count) => Volatile.Write(ref _failingPurges, count);

    public StoreFaults Of(StorageObjectId id) => _faults.GetOrAdd(id, static _ => new());

    public async Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken)
    {
        if (Of(id).TakeLoadFailure())
            throw new ObjectStoreException("The store was told to fail this load.");
        await Of(id).ArriveAtLoad();
        return await inner.Load(id, cancellationToken);
    }

    public async Task Commit(StorageObjectId id, ObjectCommit commit)
    {
        var outcome = await Of(id).Arrive(commit);
        if (outcome == CommitOutcome.FailBefore)
            throw new ObjectStoreException("The store was told to fail before it stored this commit.");
        await inner.Commit(id, commit);
        Of(id).HasStored(commit);
        if (outcome == CommitOutcome.FailAfter)
            throw new IOException("The store was told to fail after it stored this commit.");
    }

    public Task Delete(StorageObjectId id) => inner.Delete(id);

    public Task<IReadOnlyList<StorageObjectId>> List(
        string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken) =>
        inner.List(projectId, @class, idPrefix, after, count, cancellationToken);

    public Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken) =>
        inner.Measure(projectId, now, cancellationToken);

    public Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken) => inner.Sweep(expiredBefore, cancellationToken);

    public Task Purge()
    {
        if (Interlocked.Decrement(ref _failingPurges) >= 0)
            throw new ObjectStoreException("The store was told to fail this purge.");
        return inner.Purge();
    }

    public Task Probe(CancellationToken cancellationToken) => inner.Probe(cancellationToken);
}
