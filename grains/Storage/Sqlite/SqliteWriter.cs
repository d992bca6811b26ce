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

    /// <summary>After which time without a change the tables are settled.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly Thread thread;
    private readonly WriterSession session;
    private readonly Checkpoints checkpoints;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private List<QueuedWrite> queue = [];
    private List<QueuedWrite> batch = [];
    private long storedAt;
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
        cuts.Cut(session.Journal.IsEmpty);
        alarm = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        thread = new(Work) { Name = "Vaultrice store writer", IsBackground = true };
        thread.Start();
    }

    /// <summary>Queues a change.</summary>
    /// <param name="change">The change, to be made in a transaction with others, in no certain order.</param>
    /// <param name="needsTables">Whether it reads or changes the tables of objects by other ways than a commit: they then lack nothing.</param>
    /// <returns>Its result, once it is durable.</returns>
    /// <exception cref="ObjectStoreException">The change was not stored.</exception>
    public Task<T> Write<T>(Func<WriterSession, T> change, bool needsTables = false)
    {
        var write = new QueuedWrite<T>(change, needsTables);
        lock (gate)
        {
            if (closed)
                throw new ObjectStoreException("The change was not stored: the server is stopping.");
            queue.Add(write);
            // Woken by the pool: so those that are ready to run there queue their writes first, and one flush serves them all.
            if (queue.Count == 1)
                ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.Wake(), this, preferLocal: false);
        }
        return write.Stored;
    }

    /// <inheritdoc cref="Write{T}(Func{WriterSession, T}, bool)"/>
    public Task Write(Action<WriterSession> change, bool needsTables = false) =>
        Write(
            session =>
            {
                change(session);
                return true;
            },
            needsTables);

    /// <summary>Has everything that was acknowledged before in the tables.</summary>
    public Task Settle() => Write(static _ => true, needsTables: true);

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
            var isCutDue = cuts.IsDue;
            // Apart, so that commits can go by the journal; they go last, since one may be of an object that is deleted before.
            var hasStored = batch.Exists(static write => write.NeedsTables) && Store([.. batch.Where(static write => write.NeedsTables)], needsTables: true);
            hasStored |= Store([.. batch.Where(static write => !write.NeedsTables)], needsTables: false);
            // Before the log is cut, what was replaced must be so in the tables. And when nothing has come, it is time to settle.
            if (isCutDue || batch.Count == 0)
                hasStored |= Store([], needsTables: true);
            if (hasStored)
                cuts.LogHasGrown(session.Expiry.TakeShredded());
            batch.Clear();
            storedAt = time.GetTimestamp();
            if (isCutDue)
                cuts.Cut(session.Journal.IsEmpty);
            else
                checkpoints.Step();
        }
        Store([], needsTables: true);
        cuts.End(session.Journal.IsEmpty);
    }

    private bool TakeAll()
    {
        lock (gate)
        {
            while (queue.Count == 0 && purges.Count == 0 && !cuts.IsDue && SettlesIn > TimeSpan.Zero)
            {
                if (closed)
                    return false;
                var wait = cuts.IsOwed && cuts.DueIn < SettlesIn ? cuts.DueIn : SettlesIn;
                if (wait < TimeSpan.MaxValue)
                    alarm.Change(TimeSpan.FromMilliseconds(Math.Max(1, wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                Monitor.Wait(gate);
            }
            (queue, batch) = (batch, queue);
            cuts.Take(purges);
            return true;
        }
    }

    /// <summary>In what time the tables are settled if nothing more comes.</summary>
    private TimeSpan SettlesIn => session.Journal.IsEmpty ? TimeSpan.MaxValue : Idle - time.GetElapsedTime(storedAt);

    private void Wake()
    {
        lock (gate)
            Monitor.Pulse(gate);
    }

    /// <summary>Makes a transaction of changes; false when there is nothing to do.</summary>
    private bool Store(QueuedWrite[] writes, bool needsTables)
    {
        if (writes.Length == 0 && (!needsTables || session.Journal.IsEmpty))
            return false;
        var started = time.GetTimestamp();
        try
        {
            session.Begin();
            if (needsTables)
                session.Journal.Settle();
            foreach (var write in writes)
                write.Execute(session);
            session.Commit();
        }
#pragma warning disable CA1031 // Whatever it was: the callers get to know, and the writer goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (writes.Length > 0)
                LogTransactionFailed(writes.Length, e);
            else
                LogNotSettled(e);
            Rollback();
            foreach (var write in writes)
                write.Fail(SqliteFailure.Writing(e));
            return true;
        }
        if (writes.Length == 0)
            return true;
        BatchSize.Record(writes.Length);
        CommitDuration.Record(time.GetElapsedTime(started).TotalSeconds);
        // One work item for all of them: queued from this thread one by one, each could wake a thread for itself.
        ThreadPool.UnsafeQueueUserWorkItem(
            static writes =>
            {
                foreach (var write in writes)
                    write.Complete();
            },
            writes,
            preferLocal: false);
        return true;
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

    [LoggerMessage(LogLevel.Error, "What is in the journal could not be moved into the tables; no data is lost, it is tried again.")]
    private partial void LogNotSettled(Exception exception);

    [LoggerMessage(LogLevel.Error, "A failed transaction could not be undone.")]
    private partial void LogRollbackFailed(Exception exception);
}
