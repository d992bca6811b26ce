using Microsoft.Data.Sqlite;
using SQLitePCL;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Says in a sentence what a failure of SQLite means and what to do; the only place that reads its error codes.</summary>
internal static class SqliteFailure
{
    public static ObjectStoreException Opening(string file, SqliteException e) =>
        new($"The database '{file}' cannot be opened: {Advice(e)}", e);

    public static ObjectStoreException Reading(SqliteException e) => new($"The database cannot be read: {Advice(e)}", e);

    public static ObjectStoreException Writing(Exception e) =>
        new($"The change was not stored: {(e is SqliteException failure ? Advice(failure) : e.Message)}", e);

    private static string Advice(SqliteException e) => e.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => "the disk is full; make space, the server then goes on by itself.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN =>
            "its file or folder is read-only or out of reach; let the user this server runs as write to both.",
        raw.SQLITE_NOTADB => "the file is no database; put back a backup, or move the file away.",
        raw.SQLITE_CORRUPT => "the file is damaged; put back a backup.",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another program keeps it locked; end that program.",
        raw.SQLITE_IOERR => $"the disk failed ({e.SqliteExtendedErrorCode}); see the system's log.",
        _ => $"SQLite reports {e.SqliteErrorCode}, {e.Message}",
    };
}
