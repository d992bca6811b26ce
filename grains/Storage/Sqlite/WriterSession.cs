using SQLitePCL;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>What the writer can change, with the statements for it. Used by the writer's thread only.</summary>
internal sealed class WriterSession : IDisposable
{
    private readonly sqlite3 database;
    private readonly KnownObjects known;
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement probe;

    public WriterSession(sqlite3 database, DataKey key, TimeProvider time, JournalBounds bounds)
    {
        this.database = database;
        var nonces = new NonceSequence();
        known = new(key);
        Objects = new(database, known);
        Journal = new(database, known, Objects, nonces, time, bounds);
        Expiry = new(database, known);
        GrainStates = new(database, key, nonces);
        begin = new(database, "BEGIN IMMEDIATE");
        commit = new(database, "COMMIT");
        rollback = new(database, "ROLLBACK");
        probe = new(database, "INSERT INTO settings (name, value) VALUES ('probe', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
    }

    public Journal Journal { get; }

    public ObjectWrites Objects { get; }

    public ExpiryWrites Expiry { get; }

    public GrainStateWrites GrainStates { get; }

    public void Begin() => begin.Execute();

    public void Commit()
    {
        Journal.Complete();
        commit.Execute();
        Journal.Committed();
    }

    /// <summary>Undoes the transaction, if SQLite has not done so already, and whatever was remembered from it.</summary>
    public void Rollback()
    {
        known.ForgetRows();
        Journal.RolledBack();
        if (raw.sqlite3_get_autocommit(database) == 0)
            rollback.Execute();
    }

    /// <summary>Takes up what a process before has left in the journal.</summary>
    public void Recover()
    {
        Begin();
        Journal.Recover();
        Commit();
    }

    /// <summary>Changes something that means nothing.</summary>
    public void Probe() => probe.Execute();

    public WrappedKey ReadWrappedKey() => StoreKeys.Read(database)!.Value;

    public void WriteWrappedKey(WrappedKey wrapped) => StoreKeys.Write(database, wrapped);

    /// <summary>Runs any SQL; tests bring about with it what a real disk would.</summary>
    public void Run(string sql)
    {
        using var statement = new Statement(database, sql);
        while (statement.Step())
        {
        }
    }

    public void Dispose()
    {
        Journal.Dispose();
        Objects.Dispose();
        Expiry.Dispose();
        GrainStates.Dispose();
        known.Dispose();
        begin.Dispose();
        commit.Dispose();
        rollback.Dispose();
        probe.Dispose();
    }
}
