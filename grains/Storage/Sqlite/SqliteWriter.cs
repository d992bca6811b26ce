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
    private readonly List<Purge> purges = [];
    private readonly LogCuts cuts;
    private readonly ITimer alarm;
    private bool closed;

    public SqliteWriter(WriterSession session, Checkpoints checkpoints, TimeProvider time, ILogger logger)
    {
        this.session = session;
        this.checkpoints = checkpoints;
        this.time = time;
        this.logger = logger;
        cuts = new(checkpoints, time, logger);
        cuts.Cut();
        alarm = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
    /// <exception cref="ObjectStoreException">It could not be cut yet; that is tried again until it is done.</exception>
    public Task Purge()
    {
        var purge = new Purge(time.GetTimestamp());
        lock (gate)
        {
            if (closed)
                throw new ObjectStoreException("The log was not cut: the server is stopping.");
            purges.Add(purge);
            Monitor.Pulse(gate);
        }
        return purge.Done.Task;
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
        alarm.Dispose();
    }

    private void Work()
    {
        while (TakeAll())
        {
            if (batch.Count > 0)
            {
                Store();
                cuts.LogHasGrown(session.Expiry.TakeShredded());
            }
            batch.Clear();
            if (cuts.IsDue)
                cuts.Cut();
            else
                checkpoints.Step();
        }
        cuts.End();
    }

    private bool TakeAll()
    {
        lock (gate)
        {
            while (queue.Count == 0 && purges.Count == 0 && !cuts.IsDue)
            {
                if (closed)
                    return false;
                if (cuts.IsOwed)
                    alarm.Change(TimeSpan.FromMilliseconds(Math.Max(1, cuts.DueIn.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                Monitor.Wait(gate);
            }
            (queue, batch) = (batch, queue);
            cuts.Take(purges);
            return true;
        }
    }

    private void Wake()
    {
        lock (gate)
            Monitor.Pulse(gate);
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
        // One work item for all of them: queued from this thread one by one, each could wake a thread for itself.
        ThreadPool.UnsafeQueueUserWorkItem(
            static writes =>
            {
                foreach (var write in writes)
                    write.Complete();
            },
            batch.ToArray(),
            preferLocal: false);
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
