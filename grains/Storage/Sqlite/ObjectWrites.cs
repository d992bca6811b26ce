using System.Buffers;
using System.Text;
using SQLitePCL;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Writes the commits of objects: a row for the object and one for each changed item.</summary>
internal sealed class ObjectWrites(sqlite3 database, KnownObjects objects, NonceSequence nonces) : IDisposable
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

    private byte[] nameBuffer = new byte[4 * StorageObjectId.MaxNameBytes];

    public void Commit(string key, ObjectCommit commit)
    {
        var known = objects[key];
        var written = 0L;
        if (known.Row is null || known.NextExpiry != commit.NextExpiry || commit.Encryption is not null || !known.Keys.Equals(commit.Keys))
        {
            PutObject(known, commit);
            written = commit.Revision;
        }
        foreach (var record in commit.Records)
        {
            PutItem(known, record);
            written = Math.Max(written, record.Revision);
        }
        // The object's revision is the highest of its own row's and its items': mostly the item written last carries it.
        if (written < commit.Revision)
            touchObject.Bind(1, known.Row).Bind(2, commit.Revision).Execute();
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

    private void PutObject(KnownObject known, ObjectCommit commit)
    {
        putObject.BindText(1, known.Key).Bind(2, commit.Revision);
        if (commit.NextExpiry == long.MaxValue)
            putObject.BindNull(3);
        else
            putObject.Bind(3, commit.NextExpiry);
        if (commit.Encryption is null)
            putObject.BindNull(4);
        else
            BindSealed(putObject, 4, known, EncryptionRecord.Binding, EncryptionRecord.Write(commit.Encryption));
        if (commit.Keys.IsEmpty)
            putObject.BindNull(5);
        else
            putObject.BindBlob(5, commit.Keys.Span);
        putObject.Step();
        known.Row = putObject.Number(0);
        known.NextExpiry = commit.NextExpiry;
        known.Keys = commit.Keys;
        putObject.Reset();
    }

    private void PutItem(KnownObject known, in ItemRecord record)
    {
        if (nameBuffer.Length < Encoding.UTF8.GetMaxByteCount(record.Name.Length))
            nameBuffer = new byte[Encoding.UTF8.GetMaxByteCount(record.Name.Length)];
        var name = nameBuffer.AsSpan(0, Encoding.UTF8.GetBytes(record.Name, nameBuffer));
        putItem.Bind(1, known.Row).BindText(2, name).Bind(3, record.Revision);
        if (record.Item is { } item)
        {
            var binding = new RecordBinding
            {
                Kind = RecordKind.Item,
                Name = name,
                Revision = record.Revision,
                ExpiresAt = record.ExpiresAt,
                CreatedAt = item.CreatedAt,
                UpdatedAt = item.UpdatedAt,
                KeyVersion = item.KeyVersion,
            };
            putItem.Bind(4, record.ExpiresAt).Bind(5, item.CreatedAt).Bind(6, item.UpdatedAt).Bind(7, item.KeyVersion);
            BindSealed(putItem, 8, known, binding, item.Value.Span);
        }
        else
        {
            putItem.Bind(4, record.ExpiresAt).BindNull(5).BindNull(6).BindNull(7).BindNull(8);
        }
        putItem.Execute();
    }

    private void BindSealed(Statement statement, int index, KnownObject known, in RecordBinding binding, ReadOnlySpan<byte> plain)
    {
        var size = plain.Length + RecordCipher.Overhead;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        known.Cipher.Seal(nonces, binding, plain, buffer.AsSpan(0, size));
        statement.BindBlob(index, buffer.AsSpan(0, size));
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
