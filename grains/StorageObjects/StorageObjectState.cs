using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// The items of one object in memory and the rules that change them. Synchronous and without I/O: every change is handed to
/// the commit gate in the same step, so memory is exactly what the store will hold once the gate has settled.
/// </summary>
/// <remarks>On the grain's scheduler, but for <see cref="TryFindSettled"/>.</remarks>
internal sealed partial class StorageObjectState
{
    /// <summary>How many removals are remembered for those who resume.</summary>
    private const int KeptRemovals = 20_000;

    private readonly Dictionary<string, LiveItem> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Removal> _removals = new(StringComparer.Ordinal);
    private readonly CommitGate _gate;
    private readonly ObjectClass _class;
    private readonly long _removalRetention;
    private long _bytes;
    private long _lastStampRemoved;
    private long _forgottenRevision;
    private volatile bool _retired;
    private readonly long _loadedAt;

    public StorageObjectState(StoredObject stored, CommitGate gate, ObjectClass @class, StorageObjectOptions options, long now)
    {
        _gate = gate;
        _class = @class;
        _loadedAt = now;
        // By the server's window whatever the class's is: stored removals are read by it, so it must not change with settings.
        _removalRetention = (long)(options.ResumeWindow + options.GatewayLease).TotalMilliseconds * 2;
        Revision = stored.Revision;
        Encryption = stored.Encryption;
        _encryptionBytes = EncryptionRecord.SizeOf(Encryption);
        foreach (var record in stored.Records)
        {
            NextExpiry = Math.Min(NextExpiry, record.ExpiresAt);
            if (record.Item is { } item)
            {
                _items.Add(record.Name, new(item, record.Revision));
                _bytes += SizeOf(record.Name, item);
            }
            else
            {
                _lastStampRemoved = Math.Max(_lastStampRemoved, record.ExpiresAt - _removalRetention);
                if (record.ExpiresAt > now)
                    _removals.Add(record.Name, new(record.Revision, record.ExpiresAt));
                else
                    _forgottenRevision = Math.Max(_forgottenRevision, record.Revision);
            }
        }
        var (bytes, items) = Counted();
        _class.Meter.Enter(bytes, items);
    }

    /// <summary>The number of the object's last change.</summary>
    public long Revision { get; private set; }

    /// <summary>Names and values of all items together.</summary>
    public long Bytes => _bytes;

    public IReadOnlyCollection<string> Names => _items.Keys;

    /// <summary>Whether there is neither an item nor the trace of one: the sweep deletes what is stored of such an object, with its keys.</summary>
    public bool HoldsNothing => _items.Count == 0 && _removals.Count == 0;

    private ClassRules Rules => _class.Rules;

    /// <summary>A time (ms since the Unix epoch) before which nothing expires; may be too early, never too late.</summary>
    public long NextExpiry { get; private set; } = long.MaxValue;

    public Item? Find(string name, long now) =>
        _items.TryGetValue(name, out var live) && live.Item.ExpiresAt > now ? live.Item : null;

    /// <summary>Finds an item, on any thread; false if that needs the grain: something is on its way to the store, or the state is retired.</summary>
    public bool TryFindSettled(string name, long now, out Item? item)
    {
        lock (_items)
        {
            item = Find(name, now);
            return _gate.IsSettled && !_retired;
        }
    }

    public ImmutableArray<NamedItem> FindAll(string? prefix, long now)
    {
        var found = ImmutableArray.CreateBuilder<NamedItem>(prefix is null ? _items.Count : 0);
        foreach (var (name, live) in _items)
        {
            if (live.Item.ExpiresAt > now && (prefix is null || name.StartsWith(prefix, StringComparison.Ordinal)))
                found.Add(new(name, live.Item));
        }
        return found.DrainToImmutable();
    }

    public StorageResult<Item> Set(string name, ItemWrite write, long now)
    {
        Expire(now);
        if (Rules.RefusePlain(write.Value, write.KeyVersion) is { } plain)
            return plain;
        var present = Find(name, now);
        if (present is not null && write.IfAbsent)
            return present;
        if (write.UpdatedAt is { } expected && present?.UpdatedAt != expected)
            return UpdatedAtMismatch([name]);
        if (RefuseKeyVersion(write.KeyVersion) is { } unknownVersion)
            return unknownVersion;
        if (RefuseSize(name, write.Value.Length, present) is { } tooLarge)
            return tooLarge;
        return Put(name, write.Value, write.Ttl, write.KeyVersion, present, now);
    }

    public StorageResult<ImmutableArray<NamedItem>> SetMany(ImmutableArray<NamedWrite> writes, long now)
    {
        Expire(now);
        var mismatched = ImmutableArray.CreateBuilder<string>(0);
        var (bytes, count) = (_bytes, _items.Count);
        foreach (var (name, write) in writes)
        {
            if (Rules.RefusePlain(write.Value, write.KeyVersion) is { } plain)
                return plain with { Items = [name] };
            var present = Find(name, now);
            if (present is not null && write.IfAbsent)
                continue;
            if (write.Value.Length > Rules.ItemBytes)
                return ItemTooLarge();
            if (write.UpdatedAt is { } expected && present?.UpdatedAt != expected)
                mismatched.Add(name);
            if (RefuseKeyVersion(write.KeyVersion) is { } unknownVersion)
                return unknownVersion;
            bytes += write.Value.Length - (present?.Value.Length ?? -Encoding.UTF8.GetByteCount(name));
            count += present is null ? 1 : 0;
        }
        if (mismatched.Count > 0)
            return UpdatedAtMismatch(mismatched.DrainToImmutable());
        if (count > Rules.ObjectItems && count > _items.Count)
            return TooManyItems();
        if (bytes > Rules.ObjectBytes && bytes > _bytes)
            return ObjectTooLarge();
        if (_class.Meter.Refuse(bytes - _bytes, count - _items.Count) is { } noRoom)
            return noRoom;

        var results = ImmutableArray.CreateBuilder<NamedItem>(writes.Length);
        foreach (var (name, write) in writes)
        {
            var present = Find(name, now);
            results.Add(new(name, present is not null && write.IfAbsent
                ? present
                : Put(name, write.Value, write.Ttl, write.KeyVersion, present, now)));
        }
        return results.MoveToImmutable();
    }

    public StorageResult<Item> Apply(string name, AtomicOperation operation, long now)
    {
        Expire(now);
        if (Rules.EncryptionRequired)
            return new StorageError(StorageErrorCode.EncryptionRequired, "This class takes only end-to-end encrypted data: atomic operations work on plain values.");
        var present = Find(name, now);
        if (operation.UpdatedAt is { } expected && present?.UpdatedAt != expected)
            return UpdatedAtMismatch([name]);
        var result = AtomicOperations.Apply(operation, present?.Value, Rules.JsonDepth);
        if (!result.Succeeded)
            return result.Error;
        if (RefuseSize(name, result.Value.Length, present) is { } tooLarge)
            return tooLarge;
        // Atomic operations work on plain values: whatever the client's encryption, the result has no key version.
        return Put(name, result.Value, operation.Ttl, keyVersion: null, present, now);
    }

    public void Remove(IEnumerable<string> names, long now)
    {
        Expire(now);
        foreach (var name in names)
        {
            if (!Forget(name, now))
                _gate.Announce(new ItemRemoved(name));
        }
    }

    public void Clear(long now)
    {
        Expire(now);
        foreach (var name in _items.Keys.ToArray())
            Forget(name, now);
    }

    /// <summary>Has present items stored again as they are.</summary>
    /// <returns>How many there are of the named ones.</returns>
    public int Rewrite(IEnumerable<string> names)
    {
        var rewritten = 0;
        foreach (var name in names)
        {
            if (!_items.TryGetValue(name, out var live))
                continue;
            _gate.Rewrite(new(name, live.Item, live.Revision, live.Item.ExpiresAt), Revision);
            rewritten++;
        }
        return rewritten;
    }

    /// <summary>The store did not take a change: this memory has run ahead of it and must not be changed any further.</summary>
    public void Retire()
    {
        if (_retired)
            return;
        _retired = true;
        var (bytes, items) = Counted();
        _class.Meter.Leave(bytes, items);
    }

    /// <summary>
    /// What remains when everything is deleted: nothing but the number of the last change, so that nobody who knew the object
    /// takes what comes for what was.
    /// </summary>
    public StoredObject Remains() => new(Revision + 1, [new("", null, Revision + 1, ExpiresAt: 0)], null);

    /// <summary>Removes what has expired, and forgets removals nobody can ask for any more.</summary>
    /// <exception cref="ObjectStoreException">The state is retired.</exception>
    public void Expire(long now)
    {
        if (_retired)
            throw new ObjectStoreException("The object is being loaded again after a failed commit.");
        if (HoldsNothing)
        {
            _gate.StartAnew();
            return;
        }
        if (now < NextExpiry)
            return;
        List<string>? expired = null;
        NextExpiry = long.MaxValue;
        foreach (var (name, live) in _items)
        {
            if (live.Item.ExpiresAt <= now)
                (expired ??= []).Add(name);
            else
                NextExpiry = Math.Min(NextExpiry, live.Item.ExpiresAt);
        }
        foreach (var (name, removal) in _removals)
        {
            if (removal.KeepUntil <= now)
                ForgetRemoval(name, removal);
            else
                NextExpiry = Math.Min(NextExpiry, removal.KeepUntil);
        }
        // Late, so that the sweep may have been here first.
        if (_removals.Count == 0 && expired?.Count == _items.Count)
            _gate.StartAnew();
        foreach (var name in expired ?? [])
            Forget(name, now);
    }

    /// <summary>What changed since a revision, as events in order; null when removals since then may be forgotten.</summary>
    public ImmutableArray<ObjectEvent>? ChangedSince(long revision, long now)
    {
        if (revision < _forgottenRevision || revision > Revision)
            return null;
        var changes = new List<(long Revision, ObjectEvent Event)>();
        foreach (var (name, live) in _items)
        {
            if (live.Revision > revision && live.Item.ExpiresAt > now)
                changes.Add((live.Revision, new ItemSet(name, live.Item)));
        }
        foreach (var (name, removal) in _removals)
        {
            if (removal.Revision > revision)
                changes.Add((removal.Revision, new ItemRemoved(name)));
        }
        changes.Sort((a, b) => a.Revision.CompareTo(b.Revision));
        return [.. changes.Select(change => change.Event)];
    }

    private Item Put(string name, ReadOnlyMemory<byte> value, long? ttl, int? keyVersion, Item? present, long now)
    {
        var updatedAt = Math.Max(now, (present?.UpdatedAt ?? _lastStampRemoved) + 1);
        var item = new Item(value, now + Rules.Ttl(ttl), present?.CreatedAt ?? updatedAt, updatedAt, keyVersion);
        // A reader on another thread sees the change and that it is under way, or neither.
        lock (_items)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_items, name, out var existed);
            var growth = SizeOf(name, item) - (existed ? SizeOf(name, slot.Item) : 0);
            _bytes += growth;
            _class.Meter.Changed(growth, existed ? 0 : 1);
            slot = new(item, ++Revision);
            if (!existed)
                _removals.Remove(name);
            NextExpiry = Math.Min(NextExpiry, item.ExpiresAt);
            _gate.Change(new(name, item, Revision, item.ExpiresAt), new ItemSet(name, item));
        }
        return item;
    }

    private bool Forget(string name, long now)
    {
        if (!_items.TryGetValue(name, out var live))
            return false;
        var size = SizeOf(name, live.Item);
        _bytes -= size;
        if (IsCounted(live.Item))
            _class.Meter.Changed(-size, -1);
        // An item made again under this name must not carry a time that a reader of the old one still holds.
        _lastStampRemoved = Math.Max(_lastStampRemoved, live.Item.UpdatedAt);
        // The time it is kept until tells a later load of that time.
        var removal = new Removal(++Revision, Math.Max(now, live.Item.UpdatedAt) + _removalRetention);
        if (_removals.Count >= KeptRemovals)
        {
            foreach (var (oldName, old) in _removals.OrderBy(entry => entry.Value.Revision).Take(KeptRemovals / 4).ToArray())
                ForgetRemoval(oldName, old);
        }
        _removals[name] = removal;
        NextExpiry = Math.Min(NextExpiry, removal.KeepUntil);
        lock (_items)
        {
            _items.Remove(name);
            _gate.Change(new(name, null, removal.Revision, removal.KeepUntil), new ItemRemoved(name));
        }
        return true;
    }

    private void ForgetRemoval(string name, Removal removal)
    {
        _removals.Remove(name);
        _forgottenRevision = Math.Max(_forgottenRevision, removal.Revision);
    }

    /// <summary>What had expired already when it was loaded is in no count.</summary>
    private bool IsCounted(Item item) => item.ExpiresAt > _loadedAt;

    private (long Bytes, long Items) Counted()
    {
        // Encryption settings count as an item: they outlive those that need them.
        var (bytes, items) = ((long)_encryptionBytes, Encryption is null ? 0L : 1L);
        foreach (var (name, live) in _items)
        {
            if (!IsCounted(live.Item))
                continue;
            bytes += SizeOf(name, live.Item);
            items++;
        }
        return (bytes, items);
    }

    private StorageError? RefuseSize(string name, int valueBytes, Item? present)
    {
        if (valueBytes > Rules.ItemBytes)
            return ItemTooLarge();
        if (present is null && _items.Count >= Rules.ObjectItems)
            return TooManyItems();
        var growth = valueBytes - (present?.Value.Length ?? -Encoding.UTF8.GetByteCount(name));
        if (growth > 0 && _bytes + growth > Rules.ObjectBytes)
            return ObjectTooLarge();
        return _class.Meter.Refuse(growth, present is null ? 1 : 0);
    }

    private StorageError ItemTooLarge() =>
        new(StorageErrorCode.ItemTooLarge, $"A value may have at most {Rules.ItemBytes} bytes.");

    private StorageError ObjectTooLarge() =>
        new(StorageErrorCode.ObjectTooLarge, $"An object may hold at most {Rules.ObjectBytes} bytes, names and values together.");

    private StorageError TooManyItems() =>
        new(StorageErrorCode.TooManyItems, $"An object may hold at most {Rules.ObjectItems} items.");

    private static StorageError UpdatedAtMismatch(ImmutableArray<string> names) =>
        new(StorageErrorCode.UpdatedAtMismatch, "The item was changed since: its updatedAt is not the expected one.", names);

    private static long SizeOf(string name, Item item) => Encoding.UTF8.GetByteCount(name) + item.Value.Length;

    private readonly record struct LiveItem(Item Item, long Revision);

    private readonly record struct Removal(long Revision, long KeepUntil);
}
