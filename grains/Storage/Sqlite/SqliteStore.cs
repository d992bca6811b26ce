using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>The embedded engine: one database file, one writer that commits in groups, readers beside it.</summary>
internal sealed partial class SqliteStore : IObjectStore, IGrainStateStore, IMasterKeyUser, IDisposable
{
    private readonly DataFolder folder;
    private readonly SqliteConnection connection;
    private readonly WriterSession session;
    private readonly Checkpoints checkpoints;
    private readonly SqliteWriter writer;
    private readonly ReaderPool readers;
    private int disposed;

    private SqliteStore(DataFolder folder, SqliteConnection connection, MasterKeys masterKeys, TimeProvider time, ILogger logger, JournalBounds bounds)
    {
        this.folder = folder;
        this.connection = connection;
        var dataKey = StoreKeys.Open(connection, masterKeys);
        session = new(connection.Handle!, dataKey, time, bounds);
        checkpoints = new(folder.Database, connection.Handle!, logger);
        readers = new(folder.Database, dataKey);
        session.Recover();
        writer = new(session, checkpoints, time, logger);
        LogOpened(logger, folder.Database);
    }

    /// <summary>Opens the store in a folder; makes both if there are none.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="masterKeys">The master keys, one of which wraps the store's own key.</param>
    /// <exception cref="ObjectStoreException">It cannot be used; says what to do.</exception>
    public static SqliteStore Open(string path, MasterKeys masterKeys, TimeProvider time, ILogger<SqliteStore> logger) =>
        Open(path, masterKeys, time, logger, SqliteSchema.Migrations);

    internal static SqliteStore Open(
        string path, MasterKeys masterKeys, TimeProvider time, ILogger<SqliteStore> logger, IReadOnlyList<string> migrations, JournalBounds? bounds = null)
    {
        var folder = DataFolder.Claim(path);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteDatabase.OpenForWriting(folder.Database, migrations);
            return new(folder, connection, masterKeys, time, logger, bounds ?? new());
        }
        catch (Exception e)
        {
            connection?.Dispose();
            folder.Dispose();
            if (e is SqliteException failure)
                throw SqliteFailure.Opening(folder.Database, failure);
            if (e is FormatException)
                throw new ObjectStoreException($"The database '{folder.Database}' cannot be opened: its journal was altered; put back a backup.", e);
            throw;
        }
    }

    public async Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken)
    {
        var key = id.ToString();
        if (session.Journal.Holds(key))
            await Settled(cancellationToken);
        return await readers.Read(reader => reader.Load(key, cancellationToken), cancellationToken);
    }

    public Task Commit(StorageObjectId id, ObjectCommit commit)
    {
        var key = id.ToString();
        return writer.Write(session => session.Journal.Commit(key, commit));
    }

    public Task Delete(StorageObjectId id)
    {
        var key = id.ToString();
        return writer.Write(session => session.Objects.Delete(key), needsTables: true);
    }

    public async Task<IReadOnlyList<StorageObjectId>> List(
        string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken)
    {
        await Settled(cancellationToken);
        return await readers.Read(
            reader => reader.List(@class is null ? $"{projectId}/" : $"{projectId}/{@class}/{idPrefix}", after?.ToString(), count),
            cancellationToken);
    }

    public async Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken)
    {
        await Settled(cancellationToken);
        return await readers.Read(reader => reader.Measure($"{projectId}/", now, cancellationToken), cancellationToken);
    }

    public async Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken)
    {
        // Objects whose next expiry was noted too early give a portion without records; that is no reason to stop.
        SweepPortion portion;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            portion = await writer.Write(session => session.Expiry.Sweep(expiredBefore), needsTables: true);
        }
        while (portion is { Records: 0, Objects: > 0 });
        return portion.Records;
    }

    /// <summary>SQLite overwrites what it deletes (secure_delete); what is left is in the log, which is moved and cut to nothing.</summary>
    public Task Purge() => writer.Purge();

    public async Task Probe(CancellationToken cancellationToken)
    {
        await writer.Write(session => session.Probe()).WaitAsync(cancellationToken);
        await readers.Read(
            reader =>
            {
                reader.Probe();
                return true;
            },
            cancellationToken);
    }

    public Task<(byte[] Data, string ETag)?> Read(string key) =>
        readers.Read(reader => reader.LoadState(key), CancellationToken.None);

    public Task<string?> Write(string key, byte[] data, string? expectedETag) =>
        writer.Write(session => session.GrainStates.Write(key, data, expectedETag));

    public Task<bool> Delete(string key, string? expectedETag) =>
        writer.Write(session => session.GrainStates.Delete(key, expectedETag));

    public Task<WrappedKey> ReadWrappedKey() => writer.Write(session => session.ReadWrappedKey());

    public Task WriteWrappedKey(WrappedKey wrapped) => writer.Write(session => session.WriteWrappedKey(wrapped));

    /// <summary>Runs SQL on the writer's connection, after what is queued.</summary>
    internal Task Run(string sql) => writer.Write(session => session.Run(sql), needsTables: true);

    /// <summary>Finishes the queued changes, moves the log into the database and lets the folder go.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        writer.Dispose();
        readers.Dispose();
        session.Dispose();
        checkpoints.Dispose();
        connection.Dispose();
        folder.Dispose();
    }

    private Task Settled(CancellationToken cancellationToken) =>
        session.Journal.IsEmpty ? Task.CompletedTask : writer.Settle().WaitAsync(cancellationToken);

    [LoggerMessage(LogLevel.Information, "The store is open: {File}")]
    private static partial void LogOpened(ILogger logger, string file);
}
