using System.Collections.Concurrent;

namespace Vaultrice.Gateway.Access;

/// <summary>What was verified once and costs no signature again. What can change (its age, the project) is for the asker.</summary>
/// <remarks>
/// <para>
/// Two generations: when the young one is full it becomes the old one, and what was old is forgotten; what is used moves to the
/// young one. So whatever else is sent, what is in use stays. Bounded by what the entries hold, not by how many they are.
/// </para>
/// <para>
/// One for the whole process, or whoever has many classes would have many of them. Only what was good comes in: a tenant that
/// floods it has all of it verified at its own limits' expense, and what others have not used for two generations is verified
/// once more, no worse.
/// </para>
/// </remarks>
/// <param name="maxBytes">How much a generation may hold.</param>
internal sealed class Verified<T>(int maxBytes)
    where T : VerifiedEntry
{
    private readonly Lock _lock = new();
    private Generation _young = new();
    private Generation _old = new();
    private long _lastScope;

    /// <summary>How much both generations hold.</summary>
    public int HeldBytes
    {
        get
        {
            lock (_lock)
                return _young.Bytes + _old.Bytes;
        }
    }

    /// <summary>A number for keys to begin with, never given before: what others have verified, with other settings, is not found.</summary>
    public long NewScope() => Interlocked.Increment(ref _lastScope);

    /// <summary>What was kept under this key; null if it is not known.</summary>
    public T? Find(ReadOnlySpan<char> key)
    {
        if (Volatile.Read(ref _young).ByKey.TryGetValue(key, out var entry))
            return entry;
        if (!Volatile.Read(ref _old).ByKey.TryGetValue(key, out entry))
            return null;
        return Add(entry);
    }

    public T Add(T entry)
    {
        lock (_lock)
        {
            if (_young.Bytes + entry.Bytes > maxBytes)
            {
                Volatile.Write(ref _old, _young);
                Volatile.Write(ref _young, new());
            }
            _young.Add(entry);
        }
        return entry;
    }

    public void Remove(T entry)
    {
        lock (_lock)
        {
            _young.Remove(entry);
            _old.Remove(entry);
        }
    }

    private sealed class Generation
    {
        private readonly ConcurrentDictionary<string, T> _entries = new(StringComparer.Ordinal);

        public Generation() => ByKey = _entries.GetAlternateLookup<ReadOnlySpan<char>>();

        /// <summary>Looks up part of a header without making a text of it.</summary>
        public ConcurrentDictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> ByKey { get; }

        /// <summary>How much it holds; changed under the lock only.</summary>
        public int Bytes { get; private set; }

        public void Add(T entry)
        {
            if (_entries.TryAdd(entry.Key, entry))
                Bytes += entry.Bytes;
        }

        public void Remove(T entry)
        {
            if (_entries.TryRemove(entry.Key, out var removed))
                Bytes -= removed.Bytes;
        }
    }
}

/// <summary>Something that was verified.</summary>
/// <param name="key">All that it was verified by, or a hash of it.</param>
/// <param name="valueBytes">What it holds beside its key, as far as a sender decides how much that is.</param>
internal abstract class VerifiedEntry(string key, int valueBytes)
{
    // The objects themselves and their place in a table.
    private const int Overhead = 256;

    public string Key => key;

    public int Bytes { get; } = Overhead + key.Length * sizeof(char) + valueBytes;
}
