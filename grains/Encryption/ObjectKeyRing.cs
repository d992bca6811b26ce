using System.Buffers.Binary;
using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Encryption;

/// <summary>A key of an object, wrapped by a key of its project.</summary>
/// <param name="Version">Counts up from 1.</param>
/// <param name="ProjectKey">The version of the project's key.</param>
/// <param name="Wrapped">See <see cref="KeyWrap"/>.</param>
internal sealed record WrappedObjectKey(int Version, int ProjectKey, ReadOnlyMemory<byte> Wrapped);

/// <summary>
/// The keys of an object as they are stored with it: format (1 byte), the current version (4), then of each key its version (4),
/// the version of the project's key (4) and the wrapped key. Never changed; a change makes another ring.
/// </summary>
internal sealed class ObjectKeyRing
{
    private const byte Format = 1;
    private const int HeadSize = 1 + sizeof(int);
    private const int EntrySize = sizeof(int) + sizeof(int) + KeyWrap.Size;

    public ObjectKeyRing(int current, ImmutableArray<WrappedObjectKey> keys)
    {
        Current = current;
        Keys = keys;
        var bytes = new byte[HeadSize + (keys.Length * EntrySize)];
        bytes[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), current);
        for (var i = 0; i < keys.Length; i++)
        {
            var entry = bytes.AsSpan(HeadSize + (i * EntrySize), EntrySize);
            BinaryPrimitives.WriteInt32BigEndian(entry, keys[i].Version);
            BinaryPrimitives.WriteInt32BigEndian(entry[sizeof(int)..], keys[i].ProjectKey);
            keys[i].Wrapped.Span.CopyTo(entry[(2 * sizeof(int))..]);
        }
        Bytes = bytes;
    }

    public static ObjectKeyRing Empty { get; } = new(0, []);

    /// <summary>The version that seals; 0 when there is none.</summary>
    public int Current { get; }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<WrappedObjectKey> Keys { get; }

    /// <summary>As it is stored.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public bool IsEmpty => Keys.IsEmpty;

    /// <summary>What a key of an object is wrapped for.</summary>
    public static string Purpose(StorageObjectId id, int version, int projectKey) => $"object-key/{version}/{projectKey}/{id}";

    public WrappedObjectKey? Find(int version) => Keys.FirstOrDefault(key => key.Version == version);

    public ObjectKeyRing With(WrappedObjectKey added) => new(added.Version, Keys.Add(added));

    public ObjectKeyRing WithCurrent(int version) => new(version, Keys);

    public ObjectKeyRing Without(int version) => new(Current, Keys.RemoveAll(key => key.Version == version));

    /// <summary>Reads what is stored; null if it is no ring.</summary>
    public static ObjectKeyRing? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return Empty;
        if (bytes[0] != Format || bytes.Length < HeadSize || (bytes.Length - HeadSize) % EntrySize != 0)
            return null;
        var current = BinaryPrimitives.ReadInt32BigEndian(bytes[1..]);
        var keys = ImmutableArray.CreateBuilder<WrappedObjectKey>();
        for (var rest = bytes[HeadSize..]; !rest.IsEmpty; rest = rest[EntrySize..])
        {
            keys.Add(new(
                BinaryPrimitives.ReadInt32BigEndian(rest),
                BinaryPrimitives.ReadInt32BigEndian(rest[sizeof(int)..]),
                rest.Slice(2 * sizeof(int), KeyWrap.Size).ToArray()));
        }
        return keys.Any(key => key.Version == current) ? new(current, keys.ToImmutable()) : null;
    }
}
