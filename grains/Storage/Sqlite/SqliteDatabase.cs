using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Opens connections to the database file, as the engine needs them.</summary>
internal static class SqliteDatabase
{
    private const int BusyTimeoutMs = 5_000;

    /// <summary>Makes the file if there is none and brings it to the present format.</summary>
    /// <exception cref="ObjectStoreException">The file cannot be used; says what to do.</exception>
    public static SqliteConnection OpenForWriting(string file, IReadOnlyList<string> migrations)
    {
        var connection = Connect(file, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMs);
            // Before anything is read: reading would leave log files behind that are read-only too.
            if (raw.sqlite3_db_readonly(connection.Handle, "main") != 0)
            {
                throw new ObjectStoreException(
                    $"The database '{file}' is read-only: let the user this server runs as write to the file and its folder.");
            }
            SqliteSchema.Check(connection, migrations);
            Execute(
                connection,
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = ON;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -32768;
                PRAGMA temp_store = MEMORY;
                """);
            SqliteSchema.Migrate(connection, migrations);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteFailure.Opening(file, e);
        }
        catch (ObjectStoreException)
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenForReading(string file)
    {
        var connection = Connect(file, SqliteOpenMode.ReadOnly);
        connection.Open();
        raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMs);
        return connection;
    }

    /// <summary>A connection that only moves the log into the database file.</summary>
    public static SqliteConnection OpenForCheckpoints(string file)
    {
        var connection = Connect(file, SqliteOpenMode.ReadWrite);
        connection.Open();
        Execute(connection, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
        return connection;
    }

    private static SqliteConnection Connect(string file, SqliteOpenMode mode) =>
        new(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
