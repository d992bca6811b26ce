using System.Globalization;
using Microsoft.Data.Sqlite;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>The format of the database: <c>user_version</c> counts the migrations it has seen.</summary>
internal static class SqliteSchema
{
    /// <summary>
    /// Step n turns version n into n + 1. Steps are added, never changed. In <c>items</c> a null value is a removal's trace, and
    /// the value comes last so that looking at the other columns reads no large value. Only objects have an index by expiry:
    /// an item costs one row to write. What a row of <c>journal</c> holds, <see cref="CommitRecords"/> says.
    /// </summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE settings (
          name TEXT NOT NULL PRIMARY KEY,
          value BLOB
        ) WITHOUT ROWID;
        CREATE TABLE objects (
          id INTEGER PRIMARY KEY,
          key TEXT NOT NULL UNIQUE,
          revision INTEGER NOT NULL,
          next_expiry INTEGER,
          encryption BLOB
        );
        CREATE INDEX objects_by_next_expiry ON objects (next_expiry) WHERE next_expiry IS NOT NULL;
        CREATE TABLE items (
          object INTEGER NOT NULL,
          name TEXT NOT NULL,
          revision INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          created_at INTEGER,
          updated_at INTEGER,
          key_version INTEGER,
          value BLOB,
          PRIMARY KEY (object, name)
        ) WITHOUT ROWID;
        CREATE TABLE grain_states (
          key TEXT NOT NULL PRIMARY KEY,
          etag TEXT NOT NULL,
          data BLOB NOT NULL
        ) WITHOUT ROWID;
        """,
        "ALTER TABLE objects ADD COLUMN keys BLOB",
        "CREATE TABLE journal (id INTEGER PRIMARY KEY, commits BLOB NOT NULL)",
    ];

    /// <summary>"VTRC", which tells our databases from those of other programs.</summary>
    private const long ApplicationId = 0x56545243;

    /// <summary>Refuses, before anything is changed, what this version must not touch.</summary>
    /// <exception cref="ObjectStoreException">A newer version or another program made the database.</exception>
    public static void Check(SqliteConnection connection, IReadOnlyList<string> migrations)
    {
        var version = Number(connection, "PRAGMA user_version");
        var application = Number(connection, "PRAGMA application_id");
        var empty = Number(connection, "SELECT count(*) FROM sqlite_master") == 0;
        if (!empty && application != ApplicationId)
        {
            throw new ObjectStoreException(
                $"The database '{connection.DataSource}' belongs to another program: set Storage:Path to another folder.");
        }
        if (version > migrations.Count)
        {
            throw new ObjectStoreException(
                $"The database '{connection.DataSource}' was made by a newer version of this server (format {version}, this version knows "
                + $"{migrations.Count}): start that version, or put back a backup made before the update.");
        }
    }

    /// <summary>Brings the database to the newest format, all steps or none.</summary>
    public static void Migrate(SqliteConnection connection, IReadOnlyList<string> migrations)
    {
        using var transaction = connection.BeginTransaction();
        for (var version = (int)Number(connection, "PRAGMA user_version"); version < migrations.Count; version++)
            Execute(connection, migrations[version]);
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {migrations.Count}"));
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
