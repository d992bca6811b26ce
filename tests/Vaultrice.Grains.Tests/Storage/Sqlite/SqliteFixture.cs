using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Sqlite;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

/// <summary>A Sqlite store in a folder of its own, to be opened, closed and looked into.</summary>
internal sealed class SqliteFixture : IDisposable
{
    private SqliteStore? store;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public JournalBounds? Bounds { get; init; }

    public TempFolder Folder { get; } = new();

    public string Database => Folder["vaultrice.db"];

    public string MasterKey => Folder["master.key"];

    public SqliteStore Store => store ??= Open();

    public SqliteStore Open(IReadOnlyList<string>? migrations = null, string? masterKeyPath = null) =>
        store = SqliteStore.Open(
            Folder.Path, MasterKeysOf(masterKeyPath), Time, NullLogger<SqliteStore>.Instance, migrations ?? SqliteSchema.Migrations, Bounds);

    /// <summary>The master keys of a file; null for the one beside the data.</summary>
    public MasterKeys MasterKeysOf(string? path = null) =>
        MasterKeys.Of(new() { Path = path ?? MasterKey }, Folder.Path, TimeProvider.System);

    public void Close()
    {
        store?.Dispose();
        store = null;
    }

    public SqliteStore Reopen()
    {
        Close();
        return Open();
    }

    /// <summary>Runs SQL as a stranger with the file in his hands would.</summary>
    public object? Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        Close();
        Folder.Dispose();
    }
}
