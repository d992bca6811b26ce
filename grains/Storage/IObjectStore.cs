using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage;

/// <summary>
/// Where storage objects live. An engine keeps every item on its own, so that a commit costs what it changes,
/// however large the object is. Each object has one caller at a time, its grain, which commits one after the other.
/// </summary>
public interface IObjectStore
{
    /// <summary>Everything stored of an object; an object never written is empty at revision 0.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be read, or a record was altered.</exception>
    Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a commit, all of it or nothing; returns once it is durable. A failure may leave it unknown which of the two
    /// happened: the caller then loads again. The commit and the values in it must stay as they are until then.
    /// </summary>
    /// <exception cref="ObjectStoreException">The commit was not stored, or may not have been.</exception>
    Task Commit(StorageObjectId id, ObjectCommit commit);

    /// <summary>Deletes an object with everything that is stored of it; nothing happens if there is nothing.</summary>
    /// <exception cref="ObjectStoreException">It was not deleted, or may not have been.</exception>
    Task Delete(StorageObjectId id);

    /// <summary>The ids of the objects of a project, of which something is stored, in the order of class and id (ordinal, in UTF-8).</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="class">Only objects of this class; null for all.</param>
    /// <param name="idPrefix">Only ids that start with it; with a class only. Null for all.</param>
    /// <param name="after">Only objects after this one; null for the first.</param>
    /// <param name="count">How many at most.</param>
    /// <exception cref="ObjectStoreException">The store cannot be read.</exception>
    Task<IReadOnlyList<StorageObjectId>> List(
        string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken);

    /// <summary>
    /// What each class of a project holds at a time (ms since the Unix epoch), items that have expired by then not counted; encryption settings count as one more item. Bytes
    /// are those of names and values, with what a class's additional encryption adds to them.
    /// </summary>
    /// <exception cref="ObjectStoreException">The store cannot be read.</exception>
    Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken);

    /// <summary>Deletes what expired before a time (ms since the Unix epoch), of all objects, a bounded portion at a time.</summary>
    /// <returns>How many records were deleted; call again until it is 0.</returns>
    Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken);

    /// <summary>
    /// Returns when nothing that was deleted or replaced before is left in the engine's own files, as far as an engine has a say in that:
    /// a key that was deleted must be gone.
    /// </summary>
    /// <exception cref="ObjectStoreException">Something may be left.</exception>
    Task Purge();

    /// <summary>Returns when the store can be read and written.</summary>
    /// <exception cref="ObjectStoreException">It cannot.</exception>
    Task Probe(CancellationToken cancellationToken);
}

/// <summary>What the store holds of an object.</summary>
/// <param name="Revision">The number of its last change.</param>
/// <param name="Records">Its items and removals, in no particular order.</param>
/// <param name="Encryption">Its end-to-end encryption settings, or null if none were ever made.</param>
/// <param name="Keys">Its own keys, wrapped, as they were committed; empty if it has none.</param>
public sealed record StoredObject(
    long Revision,
    IReadOnlyList<ItemRecord> Records,
    EncryptionSettingsHistory? Encryption,
    ReadOnlyMemory<byte> Keys = default);

/// <summary>An item, or the trace of a removed one.</summary>
/// <param name="Name">The item's name.</param>
/// <param name="Item">The item; null when it was removed.</param>
/// <param name="Revision">The revision of the change that wrote or removed it.</param>
/// <param name="ExpiresAt">When the record may be deleted, in ms since the Unix epoch; for an item its own expiry.</param>
public readonly record struct ItemRecord(string Name, Item? Item, long Revision, long ExpiresAt);

/// <summary>The changes of one commit.</summary>
/// <param name="Revision">The object's revision after it.</param>
/// <param name="Records">The changed items, each name once.</param>
/// <param name="Encryption">New encryption settings, or null to leave them.</param>
/// <param name="NextExpiry">A time (ms since the Unix epoch) before which no record of the object expires; may be too early, never too late.</param>
/// <param name="Keys">The object's own keys, wrapped: all of them in each commit, since the object's row may have expired; empty if it has none.</param>
public sealed record ObjectCommit(
    long Revision,
    IReadOnlyCollection<ItemRecord> Records,
    EncryptionSettingsHistory? Encryption,
    long NextExpiry,
    ReadOnlyMemory<byte> Keys = default);
