using System.Text;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>What is to be written of an object: the sum of one or more of its commits.</summary>
internal sealed class PendingObject(string key)
{
    public string Key => key;

    /// <summary>The object's revision.</summary>
    public long Revision { get; private set; }

    public long NextExpiry { get; private set; }

    /// <summary>Its end-to-end encryption settings, sealed; null when they stay as they are.</summary>
    public ReadOnlyMemory<byte>? Encryption { get; private set; }

    /// <summary>Its own keys, wrapped; empty if it has none.</summary>
    public ReadOnlyMemory<byte> Keys { get; private set; }

    /// <summary>The last record of each item that was written or removed.</summary>
    public Dictionary<string, PendingItem> Items { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds up commits, in their order.</summary>
    /// <param name="commits">As <see cref="CommitRecords"/> wrote them; must not change any more.</param>
    /// <param name="objects">What to add them to.</param>
    /// <returns>How many item records they have.</returns>
    /// <exception cref="FormatException">They were altered.</exception>
    public static int Add(ReadOnlyMemory<byte> commits, Dictionary<string, PendingObject> objects)
    {
        var records = 0;
        var reader = new CommitRecords.Reader(commits);
        while (!reader.IsAtEnd)
        {
            var key = Encoding.UTF8.GetString(reader.Bytes().Span);
            if (!objects.TryGetValue(key, out var pending))
                objects.Add(key, pending = new(key));
            records += pending.Add(ref reader);
        }
        return records;
    }

    private int Add(ref CommitRecords.Reader reader)
    {
        Revision = reader.Number();
        NextExpiry = reader.Number();
        if (reader.Flag())
            Encryption = reader.Bytes();
        Keys = reader.Bytes();
        var count = reader.Count();
        for (var i = 0; i < count; i++)
        {
            var name = reader.Bytes();
            Items[Encoding.UTF8.GetString(name.Span)] = new()
            {
                Name = name,
                Revision = reader.Number(),
                ExpiresAt = reader.Number(),
                Item = reader.Flag() ? new(reader.Number(), reader.Number(), reader.Flag() ? reader.Count() : null, reader.Bytes()) : null,
            };
        }
        return count;
    }
}

/// <summary>A record to be written: an item, or the trace of a removed one.</summary>
internal readonly record struct PendingItem(ReadOnlyMemory<byte> Name, long Revision, long ExpiresAt, SealedItem? Item);

/// <summary>An item with its value sealed.</summary>
internal readonly record struct SealedItem(long CreatedAt, long UpdatedAt, int? KeyVersion, ReadOnlyMemory<byte> Value);
