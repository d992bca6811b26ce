using SQLitePCL;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Writes objects into the tables: a row for the object and one for each changed item.</summary>
internal sealed class ObjectWrites(sqlite3 database, KnownObjects objects) : IDisposable
{
    private readonly Statement putObject = new(
        database,
        """
        INSERT INTO objects (key, revision, next_expiry, encryption, keys) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (key) DO UPDATE SET
          revision = excluded.revision, next_expiry = excluded.next_expiry, encryption = coalesce(excluded.encryption, encryption),
          keys = excluded.keys
        RETURNING id
        """);

    private readonly Statement touchObject = new(database, "UPDATE objects SET revision = ?2 WHERE id = ?1");

    private readonly Statement putItem = new(
        database,
        """
        INSERT OR REPLACE INTO items (object, name, revision, expires_at, created_at, updated_at, key_version, value)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """);

    private readonly Statement deleteItems = new(database, "DELETE FROM items WHERE object = (SELECT id FROM objects WHERE key = ?1)");

    private readonly Statement deleteObject = new(database, "DELETE FROM objects WHERE key = ?1");

    public void Put(PendingObject pending)
    {
        var known = objects[pending.Key];
        var written = 0L;
        if (known.Row is null || known.NextExpiry != pending.NextExpiry || pending.Encryption is not null || !known.Keys.Span.SequenceEqual(pending.Keys.Span))
        {
            PutObject(known, pending);
            written = pending.Revision;
        }
        foreach (var item in pending.Items.Values)
        {
            PutItem(known, item);
            written = Math.Max(written, item.Revision);
        }
        // The object's revision is the highest of its own row's and its items': mostly the item written last carries it.
        if (written < pending.Revision)
            touchObject.Bind(1, known.Row).Bind(2, pending.Revision).Execute();
    }

    public void Delete(string key)
    {
        var known = objects[key];
        deleteItems.BindText(1, known.Key).Execute();
        deleteObject.BindText(1, known.Key).Execute();
        known.Row = null;
    }

    public void Dispose()
    {
        putObject.Dispose();
        touchObject.Dispose();
        putItem.Dispose();
        deleteItems.Dispose();
        deleteObject.Dispose();
    }

    private void PutObject(KnownObject known, PendingObject pending)
    {
        putObject.BindText(1, known.Key).Bind(2, pending.Revision);
        if (pending.NextExpiry == long.MaxValue)
            putObject.BindNull(3);
        else
            putObject.Bind(3, pending.NextExpiry);
        if (pending.Encryption is { } encryption)
            putObject.BindBlob(4, encryption.Span);
        else
            putObject.BindNull(4);
        if (pending.Keys.IsEmpty)
            putObject.BindNull(5);
        else
            putObject.BindBlob(5, pending.Keys.Span);
        putObject.Step();
        known.Row = putObject.Number(0);
        known.NextExpiry = pending.NextExpiry;
        // A copy: what is pending lies in the bytes of many commits.
        known.Keys = pending.Keys.ToArray();
        putObject.Reset();
    }

    private void PutItem(KnownObject known, in PendingItem record)
    {
        putItem.Bind(1, known.Row).BindText(2, record.Name.Span).Bind(3, record.Revision).Bind(4, record.ExpiresAt);
        if (record.Item is { } item)
            putItem.Bind(5, item.CreatedAt).Bind(6, item.UpdatedAt).Bind(7, item.KeyVersion).BindBlob(8, item.Value.Span);
        else
            putItem.BindNull(5).BindNull(6).BindNull(7).BindNull(8);
        putItem.Execute();
    }
}
