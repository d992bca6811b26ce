using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Finds the key that opens a database, or makes one for a database that holds nothing yet.</summary>
internal static class StoreKeys
{
    private const string MasterKeyId = "master_key_id";
    private const string WrappedDataKey = "data_key";

    /// <exception cref="ObjectStoreException">The database was made with a key that is not there.</exception>
    public static DataKey Open(SqliteConnection connection, string masterKeyPath)
    {
        var master = MasterKeyFile.Read(masterKeyPath);
        if (Read(connection, WrappedDataKey) is not { } wrapped)
            return new(Establish(connection, master ?? MasterKeyFile.Create(masterKeyPath)));

        // From here on the database may hold data: never make a new key.
        var expected = System.Text.Encoding.UTF8.GetString(Read(connection, MasterKeyId) ?? []);
        if (master is null)
        {
            throw new ObjectStoreException(
                $"The master key file '{masterKeyPath}' is missing, and the data is encrypted with it: put back the file with the key '{expected}' from your backup.");
        }
        if (master.Id != expected)
        {
            throw new ObjectStoreException(
                $"The master key file '{masterKeyPath}' holds the key '{master.Id}', but the data is encrypted with '{expected}': put back the file with that key.");
        }
        try
        {
            return new(master.Unwrap(wrapped));
        }
        catch (CryptographicException e)
        {
            throw new ObjectStoreException("The database's own key was altered: put back a backup of the database.", e);
        }
    }

    private static byte[] Establish(SqliteConnection connection, MasterKey master)
    {
        var secret = DataKey.NewSecret();
        using var transaction = connection.BeginTransaction();
        Write(connection, MasterKeyId, System.Text.Encoding.UTF8.GetBytes(master.Id));
        Write(connection, WrappedDataKey, master.Wrap(secret));
        transaction.Commit();
        return secret;
    }

    private static byte[]? Read(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM settings WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteScalar() as byte[];
    }

    private static void Write(SqliteConnection connection, string name, byte[] value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO settings (name, value) VALUES ($name, $value)";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }
}
