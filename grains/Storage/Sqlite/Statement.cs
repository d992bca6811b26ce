using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>A prepared statement, kept for the life of its connection. Used by one thread at a time.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } present ? Bind(index, present) : BindNull(index);

    public Statement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(statement, index));
        return this;
    }

    public Statement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        Check(raw.sqlite3_bind_text(statement, index, utf8));
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        Check(raw.sqlite3_bind_blob(statement, index, bytes));
        return this;
    }

    /// <summary>Runs to the next row; false when there is none. Call <see cref="Reset"/> when done with the rows.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(statement);
            Check(result);
        }
        return false;
    }

    public void Reset() => raw.sqlite3_reset(statement);

    /// <summary>Runs a statement that has no rows.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute()
    {
        Step();
        Reset();
        return raw.sqlite3_changes(database);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A blob, or a text as UTF-8; valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, database);
}
