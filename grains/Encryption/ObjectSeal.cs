using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Encryption;

/// <summary>
/// One object on its way to and from the store: its values are sealed with keys of its own when its class asks for that, whatever
/// the engine does besides. A sealed value is a byte that no JSON text starts with, the key's version (4 bytes), then a record
/// (<see cref="RecordCipher"/>) bound to the object, the item's name, revision and times; so sealed and plain items live side by side.
/// </summary>
/// <remarks>Used by the object's grain alone, on its scheduler; commits one at a time.</remarks>
internal sealed class ObjectSeal(StorageObjectId id, IObjectStore store, ProjectKeys keys, TimeProvider time)
{
    private const byte Mark = 2;
    private const int HeadSize = 1 + sizeof(int);

    /// <summary>How long the project's current key, once asked for, counts as current; far shorter than it takes to drop one that was.</summary>
    private static readonly TimeSpan CurrentFor = TimeSpan.FromSeconds(5);

    // Made when something is sealed: most objects have no keys.
    private Dictionary<int, RecordCipher>? _ciphers;
    private NonceSequence? _nonces;
    private bool _isKnown;

    /// <summary>The object's keys, as its next commit will store them.</summary>
    public ObjectKeyRing Ring { get; private set; } = ObjectKeyRing.Empty;

    /// <summary>Everything stored of the object, its values opened.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be read, or something was altered.</exception>
    /// <exception cref="KeysUnavailableException">A key cannot be had at present.</exception>
    public async Task<StoredObject> Load(CancellationToken cancellationToken)
    {
        var stored = await store.Load(id, cancellationToken);
        Reset(ObjectKeyRing.Parse(stored.Keys.Span) ?? throw new ObjectStoreException($"The keys of object '{id}' cannot be read: they were altered; put back a backup."));
        _isKnown = true;
        if (!stored.Records.Any(record => record.Item is { } item && IsMarked(item)))
            return stored;
        var opened = new List<ItemRecord>(stored.Records.Count);
        foreach (var record in stored.Records)
        {
            opened.Add(record.Item is { } item && IsMarked(item)
                ? record with { Item = item with { Value = Open(record, item, await CipherOf(VersionOf(item.Value.Span), record.Name)) } }
                : record);
        }
        return stored with { Records = opened };
    }

    /// <summary>Stores a commit.</summary>
    /// <param name="commit">The commit, its values plain.</param>
    /// <param name="isSealed">Whether its values are to be sealed.</param>
    /// <exception cref="ObjectStoreException">The commit was not stored, or may not have been.</exception>
    /// <exception cref="KeysUnavailableException">The object has no key yet and cannot have one at present; nothing was stored.</exception>
    public Task Commit(ObjectCommit commit, bool isSealed) =>
        isSealed ? CommitSealed(commit) : store.Commit(id, Ring.IsEmpty ? commit : commit with { Keys = Ring.Bytes });

    /// <summary>The stored items, each with the version of the key it is sealed with; 0 for a plain one.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<(string Name, int Version)>> Inspect() =>
        [.. (await store.Load(id, CancellationToken.None)).Records.Where(record => record.Item is not null).Select(record => (record.Name, VersionOf(record.Item!.Value.Span)))];

    /// <summary>Makes a new key the one that seals; the next commit stores it.</summary>
    /// <exception cref="KeysUnavailableException">The project's key cannot be had at present.</exception>
    public async Task AddKey()
    {
        var (projectKey, wrapping) = await keys.Current(id.ProjectId);
        var version = Ring.Keys.Select(known => known.Version).DefaultIfEmpty(0).Max() + 1;
        var key = KeyWrap.NewKey();
        (_ciphers ??= []).Add(version, NewCipher(key));
        Ring = Ring.With(new(version, projectKey, KeyWrap.Wrap(wrapping.Span, key, ObjectKeyRing.Purpose(id, version, projectKey))));
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Wraps all keys by the project's current one; the next commit stores that.</summary>
    /// <returns>How many were wrapped by another.</returns>
    /// <exception cref="KeysUnavailableException">A key of the project cannot be had at present.</exception>
    public async Task<int> Rewrap()
    {
        var (projectKey, wrapping) = await keys.Current(id.ProjectId);
        var before = Ring;
        var rewrapped = ImmutableArray.CreateBuilder<WrappedObjectKey>(before.Keys.Length);
        foreach (var wrapped in before.Keys)
        {
            if (wrapped.ProjectKey == projectKey)
            {
                rewrapped.Add(wrapped);
                continue;
            }
            var key = await Unwrap(wrapped);
            rewrapped.Add(wrapped with { ProjectKey = projectKey, Wrapped = KeyWrap.Wrap(wrapping.Span, key, ObjectKeyRing.Purpose(id, wrapped.Version, projectKey)) });
            CryptographicOperations.ZeroMemory(key);
        }
        var changed = before.Keys.Count(wrapped => wrapped.ProjectKey != projectKey);
        // Meanwhile keys may have been added, or all of them have made place for new ones.
        Ring = new(Ring.Current, [.. Ring.Keys.Select(known => before.Keys.IndexOf(known) is >= 0 and var index ? rewrapped[index] : known)]);
        return changed;
    }

    /// <summary>Makes an earlier key the one that seals; the next commit stores that.</summary>
    public void MakeCurrent(int version) => Ring = Ring.WithCurrent(version);

    /// <summary>Drops a key that no item is sealed with; the next commit stores that.</summary>
    public void Drop(int version)
    {
        Ring = Ring.Without(version);
        if (_ciphers is not null && _ciphers.Remove(version, out var cipher))
            cipher.Dispose();
    }

    /// <summary>
    /// Forgets the keys; the next commit stores the object as a new one. To be called when nothing is stored any more: a walk does not
    /// find an object whose row was swept, so that the project's key that wraps its keys may have been dropped.
    /// </summary>
    public void StartAnew() => Reset(ObjectKeyRing.Empty);

    /// <summary>Deletes the object with its keys: whatever may be left of its values is unreadable from now on.</summary>
    /// <param name="isSealed">Whether it may have had keys that an earlier attempt has deleted, and not yet purged.</param>
    /// <exception cref="ObjectStoreException">It was not deleted, or its keys may still be in the engine's files.</exception>
    public async Task Delete(bool isSealed)
    {
        await store.Delete(id);
        if (isSealed || !_isKnown || !Ring.IsEmpty)
            await store.Purge();
        _isKnown = true;
        Reset(ObjectKeyRing.Empty);
    }

    /// <summary>Lets go of the keys in memory; a commit that comes later takes them up again.</summary>
    public void Close() => Reset(Ring);

    private static int VersionOf(ReadOnlySpan<byte> value) =>
        value.Length >= HeadSize && value[0] == Mark ? BinaryPrimitives.ReadInt32BigEndian(value[1..]) : 0;

    private static bool IsMarked(Item item) => item.Value.Span is [Mark, ..];

    private async Task CommitSealed(ObjectCommit commit)
    {
        if (Ring.IsEmpty && commit.Records.Any(record => record.Item is not null))
        {
            long asked;
            do
            {
                Reset(ObjectKeyRing.Empty);
                asked = time.GetTimestamp();
                await AddKey();
            }
            while (time.GetElapsedTime(asked) > CurrentFor);
        }
        var version = Ring.Current;
        var cipher = Ring.IsEmpty ? null : await CipherOf(version, name: null);
        var records = new List<ItemRecord>(commit.Records.Count);
        foreach (var record in commit.Records)
            records.Add(record.Item is { } item ? record with { Item = item with { Value = Seal(record, item, version, cipher!) } } : record);
        await store.Commit(id, commit with { Records = records, Keys = Ring.Bytes });
    }

    private ReadOnlyMemory<byte> Seal(in ItemRecord record, Item item, int version, RecordCipher cipher)
    {
        var value = new byte[HeadSize + RecordCipher.Overhead + item.Value.Length];
        value[0] = Mark;
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), version);
        cipher.Seal(_nonces ??= new(), BindingOf(record, item, Encoding.UTF8.GetBytes(record.Name)), item.Value.Span, value.AsSpan(HeadSize));
        return value;
    }

    private ReadOnlyMemory<byte> Open(in ItemRecord record, Item item, RecordCipher cipher) =>
        (item.Value.Length < HeadSize ? null : cipher.Open(BindingOf(record, item, Encoding.UTF8.GetBytes(record.Name)), item.Value.Span[HeadSize..])) ?? throw Altered(record.Name);

    private static RecordBinding BindingOf(in ItemRecord record, Item item, byte[] name) => new()
    {
        Kind = RecordKind.SealedItem,
        Name = name,
        Revision = record.Revision,
        ExpiresAt = record.ExpiresAt,
        CreatedAt = item.CreatedAt,
        UpdatedAt = item.UpdatedAt,
        KeyVersion = item.KeyVersion,
    };

    private async ValueTask<RecordCipher> CipherOf(int version, string? name)
    {
        if (_ciphers is not null && _ciphers.TryGetValue(version, out var known))
            return known;
        var key = await Unwrap(Ring.Find(version) ?? throw Altered(name));
        if (!(_ciphers ??= []).TryGetValue(version, out var cipher))
            _ciphers.Add(version, cipher = NewCipher(key));
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private RecordCipher NewCipher(ReadOnlySpan<byte> key) => new(key, Encoding.UTF8.GetBytes("sealed/" + id));

    private async Task<byte[]> Unwrap(WrappedObjectKey wrapped)
    {
        var wrapping = await keys.Get(id.ProjectId, wrapped.ProjectKey);
        return KeyWrap.Unwrap(wrapping.Span, wrapped.Wrapped.Span, ObjectKeyRing.Purpose(id, wrapped.Version, wrapped.ProjectKey))
            ?? throw new ObjectStoreException($"Version {wrapped.Version} of the key of object '{id}' cannot be read: it was altered or belongs elsewhere; put back a backup.");
    }

    private ObjectStoreException Altered(string? name) =>
        new($"The item '{name}' of object '{id}' cannot be read: its sealed value was altered or belongs elsewhere; put back a backup.");

    private void Reset(ObjectKeyRing ring)
    {
        Ring = ring;
        foreach (var cipher in _ciphers?.Values.ToArray() ?? [])
            cipher.Dispose();
        _ciphers = null;
    }
}
