using System.Text;
using Microsoft.Data.Sqlite;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>A read connection with its statements. Used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly DataKey dataKey;
    private readonly Statement getObject;
    private readonly Statement getItems;
    private readonly Statement getState;
    private readonly Statement listKeys;
    private readonly Statement measure;

    public SqliteReader(string file, DataKey dataKey)
    {
        connection = SqliteDatabase.OpenForReading(file);
        this.dataKey = dataKey;
        var database = connection.Handle!;
        getObject = new(database, "SELECT id, revision, encryption, keys FROM objects WHERE key = ?1");
        getItems = new(
            database,
            "SELECT name, revision, expires_at, created_at, updated_at, key_version, value FROM items WHERE object = ?1");
        listKeys = new(database, "SELECT key FROM objects WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3");
        measure = new(
            database,
            """
            SELECT o.key, COUNT(*), SUM(LENGTH(CAST(i.name AS BLOB)) + LENGTH(i.value)) FROM objects o JOIN items i ON i.object = o.id
            WHERE o.key >= ?1 AND o.key < ?2 AND i.value IS NOT NULL AND i.expires_at > ?3 GROUP BY o.id
            UNION ALL
            SELECT key, 1, LENGTH(encryption) FROM objects WHERE key >= ?1 AND key < ?2 AND encryption IS NOT NULL
            """);
        getState = new(database, "SELECT etag, data FROM grain_states WHERE key = ?1");
    }

    public StoredObject Load(string key, CancellationToken cancellationToken)
    {
        // The object's row is held until its items are read, and with it one snapshot of the database: a commit in between
        // would tear the object.
        try
        {
            if (!getObject.BindText(1, Encoding.UTF8.GetBytes(key)).Step())
                return new(0, [], null);
            using var cipher = dataKey.ForObject(key);
            var items = LoadItems(getObject.Number(0), key, cipher, cancellationToken);
            return new(
                items.Aggregate(getObject.Number(1), (revision, item) => Math.Max(revision, item.Revision)),
                items,
                getObject.IsNull(2) ? null : OpenEncryption(key, cipher),
                getObject.Bytes(3).ToArray());
        }
        finally
        {
            getItems.Reset();
            getObject.Reset();
        }
    }

    public IReadOnlyList<StorageObjectId> List(string prefix, string? after, int count)
    {
        List<StorageObjectId> listed = [];
        try
        {
            // Text compares by bytes: NUL is the least and 255 is in no key.
            var first = Encoding.UTF8.GetBytes(prefix);
            var next = after is null ? first : Encoding.UTF8.GetBytes(after + '\0');
            listKeys.BindText(1, next.AsSpan().SequenceCompareTo(first) > 0 ? next : first).BindText(2, [.. first, 0xFF]).Bind(3, count);
            while (listKeys.Step())
                listed.Add(StorageObjectId.Parse(Encoding.UTF8.GetString(listKeys.Bytes(0))));
            return listed;
        }
        finally
        {
            listKeys.Reset();
        }
    }

    /// <summary>Adds up the items, and the encryption settings as one more, of each class below a prefix of keys, without opening any.</summary>
    public IReadOnlyList<StoredTotal> Measure(string prefix, long now, CancellationToken cancellationToken)
    {
        Dictionary<string, StoredTotal> totals = new(StringComparer.Ordinal);
        try
        {
            var first = Encoding.UTF8.GetBytes(prefix);
            measure.BindText(1, first).BindText(2, [.. first, 0xFF]).Bind(3, now);
            while (measure.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var @class = StorageObjectId.Parse(Encoding.UTF8.GetString(measure.Bytes(0))).Class;
                var before = totals.GetValueOrDefault(@class);
                var items = measure.Number(1);
                totals[@class] = new(@class, before.Bytes + measure.Number(2) - items * RecordCipher.Overhead, before.Items + items);
            }
            return [.. totals.Values];
        }
        finally
        {
            measure.Reset();
        }
    }

    public (byte[] Data, string ETag)? LoadState(string key)
    {
        try
        {
            if (!getState.BindText(1, Encoding.UTF8.GetBytes(key)).Step())
                return null;
            using var cipher = dataKey.ForGrainState(key);
            var etag = getState.Bytes(0);
            var data = cipher.Open(new() { Kind = RecordKind.GrainState, Name = etag }, getState.Bytes(1))
                ?? throw Altered($"The state '{key}'");
            return (data, Encoding.UTF8.GetString(etag));
        }
        finally
        {
            getState.Reset();
        }
    }

    /// <summary>Reads something that means nothing.</summary>
    public void Probe() => LoadState("probe");

    public void Dispose()
    {
        getObject.Dispose();
        getItems.Dispose();
        getState.Dispose();
        listKeys.Dispose();
        measure.Dispose();
        connection.Dispose();
    }

    private List<ItemRecord> LoadItems(long id, string key, RecordCipher cipher, CancellationToken cancellationToken)
    {
        List<ItemRecord> records = [];
        getItems.Bind(1, id);
        while (getItems.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            records.Add(ReadItem(key, cipher));
        }
        return records;
    }

    private ItemRecord ReadItem(string key, RecordCipher cipher)
    {
        var nameBytes = getItems.Bytes(0);
        var name = Encoding.UTF8.GetString(nameBytes);
        var revision = getItems.Number(1);
        var expiresAt = getItems.Number(2);
        if (getItems.IsNull(6))
            return new(name, null, revision, expiresAt);
        var binding = new RecordBinding
        {
            Kind = RecordKind.Item,
            Name = nameBytes,
            Revision = revision,
            ExpiresAt = expiresAt,
            CreatedAt = getItems.Number(3),
            UpdatedAt = getItems.Number(4),
            KeyVersion = getItems.IsNull(5) ? null : (int)getItems.Number(5),
        };
        var value = cipher.Open(binding, getItems.Bytes(6)) ?? throw Altered($"The item '{name}' of object '{key}'");
        return new(name, new(value, expiresAt, binding.CreatedAt, binding.UpdatedAt, binding.KeyVersion), revision, expiresAt);
    }

    private EncryptionSettingsHistory OpenEncryption(string key, RecordCipher cipher) =>
        EncryptionRecord.Read(
            cipher.Open(EncryptionRecord.Binding, getObject.Bytes(2))
            ?? throw Altered($"The encryption settings of object '{key}'"));

    private static ObjectStoreException Altered(string what) =>
        new($"{what} cannot be read: its record was altered or belongs elsewhere; put back a backup.");
}
