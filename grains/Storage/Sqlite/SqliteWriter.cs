using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>
/// The one writer of the database: a thread that puts everything queued into one transaction, so that all of it shares
/// one flush to disk, and then looks what has come in the meantime. It never waits for more to come.
/// </summary>
internal sealed partial class SqliteWriter : IDisposable
{
    private static readonly Histogram<int> BatchSize = Diagnostics.Meter.CreateHistogram<int>(
        "vaultrice.store.batch.size", "{commit}", "Commits that shared a transaction.");

    private static readonly Histogram<double> CommitDuration = Diagnostics.Meter.CreateHistogram<double>(
        "vaultrice.store.commit.duration", "s", "Time of a transaction until it was durable.");

    private readonly object gate = new();
    private readonly Thread thread;
    private readonly WriterSession session;
    private readonly Checkpoints checkpoints;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private List<QueuedWrite> queue = [];
    private List<QueuedWrite> batch = [];
    private List<TaskCompletionSource> purges = [];
    private List<TaskCompletionSource> cutting = [];
    private bool closed;

    public SqliteWriter(WriterSession session, Checkpoints checkpoints, TimeProvider time, ILogger logger)
    {
        this.session = session;
        this.checkpoints = checkpoints;
        this.time = time;
        this.logger = logger;
        thread = new(Work) { Name = "Vaultrice store writer", IsBackground = true };
        thread.Start();
    }

    /// <summary>Queues a change.</summary>
    /// <returns>Its result, once it is durable.</returns>
    /// <exception cref="ObjectStoreException">The change was not stored.</exception>
    public Task<T> Write<T>(Func<WriterSession, T> change)
    {
        var write = new QueuedWrite<T>(change);
        lock (gate)
        {
            if (closed)
                throw new ObjectStoreException("The change was not stored: the server is stopping.");
            queue.Add(write);
            if (queue.Count == 1)
                Monitor.Pulse(gate);
        }
        return write.Stored;
    }

    /// <inheritdoc cref="Write{T}(Func{WriterSession, T})"/>
    public Task Write(Action<WriterSession> change) =>
        Write(session =>
        {
            change(session);
            return true;
        });

    /// <summary>Has the log cut after everything that is queued.</summary>
    /// <exception cref="ObjectStoreException">It could not be cut.</exception>
    public Task Purge()
    {
        var purged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (closed)
                throw new ObjectStoreException("The log was not cut: the server is stopping.");
            purges.Add(purged);
            Monitor.Pulse(gate);
        }
        return purged.Task;
    }

    /// <summary>Finishes what is queued, then ends; blocks until then.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            Monitor.Pulse(gate);
        }
        thread.Join();
    }

    private void Work()
    {
        while (TakeAll())
        {
            if (batch.Count > 0)
                Store();
            batch.Clear();
            if (cutting.Count > 0)
                Cut();
            else
                checkpoints.Step();
        }
    }

    private bool TakeAll()
    {
        lock (gate)
        {
            while (queue.Count == 0 && purges.Count == 0)
            {
                if (closed)
                    return false;
                Monitor.Wait(gate);
            }
            (queue, batch) = (batch, queue);
            (purges, cutting) = (cutting, purges);
            return true;
        }
    }

    private void Store()
    {
        var started = time.GetTimestamp();
        try
        {
            session.Begin();
            foreach (var write in batch)
                write.Execute(session);
            session.Commit();
        }
#pragma warning disable CA1031 // Whatever it was: the callers get to know, and the writer goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogTransactionFailed(batch.Count, e);
            Rollback();
            foreach (var write in batch)
                write.Fail(SqliteFailure.Writing(e));
            return;
        }
        BatchSize.Record(batch.Count);
        CommitDuration.Record(time.GetElapsedTime(started).TotalSeconds);
        foreach (var write in batch)
            write.Complete();
    }

    private void Cut()
    {
        var isCut = checkpoints.CutLog();
        foreach (var purged in cutting)
        {
            if (isCut)
                purged.SetResult();
            else
                purged.SetException(new ObjectStoreException("What was deleted may still be in the database's log: it is in use by another reader."));
        }
        cutting.Clear();
    }

    private void Rollback()
    {
        try
        {
            session.Rollback();
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            LogRollbackFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A transaction of {Count} changes failed; none of them was stored.")]
    private partial void LogTransactionFailed(int count, Exception exception);

    [LoggerMessage(LogLevel.Error, "A failed transaction could not be undone.")]
    private partial void LogRollbackFailed(Exception exception);
}
