using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Finds the key that opens a database, or makes one for a database that holds nothing yet.</summary>
internal static class StoreKeys
{
    private const string MasterKeyId = "master_key_id";
    private const string WrappedDataKey = "data_key";

    /// <exception cref="ObjectStoreException">The database was made with a key that is not there.</exception>
    public static DataKey Open(SqliteConnection connection, MasterKeys master)
    {
        try
        {
            // From the first key on the database may hold data: never make a new one.
            return new(Read(connection.Handle!) is { } wrapped
                ? master.Unwrap(wrapped).GetAwaiter().GetResult()
                : Establish(connection, master));
        }
        catch (KeysUnavailableException e)
        {
            throw new ObjectStoreException(e.Message, e);
        }
        catch (CryptographicException e)
        {
            throw new ObjectStoreException("The database's own key was altered: put back a backup of the database.", e);
        }
    }

    /// <summary>The database's own key as a master key has wrapped it; null before there is one.</summary>
    public static WrappedKey? Read(sqlite3 database)
    {
        using var get = new Statement(database, $"SELECT (SELECT value FROM settings WHERE name = '{MasterKeyId}'), (SELECT value FROM settings WHERE name = '{WrappedDataKey}')");
        get.Step();
        return get.IsNull(1) ? null : new(Encoding.UTF8.GetString(get.Bytes(0)), get.Bytes(1).ToArray());
    }

    /// <summary>Replaces the wrapping, within a transaction that is open.</summary>
    public static void Write(sqlite3 database, WrappedKey wrapped)
    {
        using var put = new Statement(database, "INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)");
        put.BindText(1, Encoding.UTF8.GetBytes(MasterKeyId)).BindBlob(2, Encoding.UTF8.GetBytes(wrapped.MasterKeyId)).Execute();
        put.BindText(1, Encoding.UTF8.GetBytes(WrappedDataKey)).BindBlob(2, wrapped.Bytes.Span).Execute();
    }

    private static byte[] Establish(SqliteConnection connection, MasterKeys master)
    {
        var secret = DataKey.NewSecret();
        var wrapped = master.Wrap(null, secret).GetAwaiter().GetResult();
        using var transaction = connection.BeginTransaction();
        Write(connection.Handle!, wrapped);
        transaction.Commit();
        return secret;
    }
}
