using System.Collections.Concurrent;
using Vaultrice.Grains.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.Encryption;

/// <summary>An engine as objects see it whose class seals: each object is written by one seal, and read by new ones, as a grain does that moves.</summary>
internal sealed class SealedStore(IObjectStore inner, ProjectKeys keys) : IObjectStore
{
    private readonly ConcurrentDictionary<StorageObjectId, ObjectSeal> _seals = [];

    public Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken) =>
        new ObjectSeal(id, inner, keys, TimeProvider.System).Load(cancellationToken);

    public Task Commit(StorageObjectId id, ObjectCommit commit) => Of(id).Commit(commit, isSealed: true);

    public Task Delete(StorageObjectId id)
    {
        _seals.TryRemove(id, out _);
        return inner.Delete(id);
    }

    public Task<IReadOnlyList<StorageObjectId>> List(
        string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken) =>
        inner.List(projectId, @class, idPrefix, after, count, cancellationToken);

    public Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken) =>
        inner.Measure(projectId, now, cancellationToken);

    public Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken) => inner.Sweep(expiredBefore, cancellationToken);

    public Task Purge() => inner.Purge();

    public Task Probe(CancellationToken cancellationToken) => inner.Probe(cancellationToken);

    private ObjectSeal Of(StorageObjectId id) => _seals.GetOrAdd(id, id => new(id, inner, keys, TimeProvider.System));
}
