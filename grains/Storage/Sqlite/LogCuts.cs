using Microsoft.Extensions.Logging;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>
/// Gets what was deleted for good out of the log. A cut holds up the writer, and with it everybody: so one serves all who wait, it
/// gives up soon when a reader stays in the log, and the next is not begun before ten times as long as the last one took.
/// Used by the writer's thread only.
/// </summary>
internal sealed partial class LogCuts(Checkpoints checkpoints, TimeProvider time, ILogger logger)
{
    private const int Pace = 10;
    private const int PaceWhileNobodyWaits = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<Purge> waiting = [];
    private bool isEmpty;
    private bool hasFailed;
    private long endedAt;
    private TimeSpan took;

    /// <summary>Whether something that was deleted may be in the log. At the start it may: the process before may have ended between deleting and cutting.</summary>
    public bool IsOwed { get; private set; } = true;

    public bool IsDue => IsOwed && DueIn <= TimeSpan.Zero;

    public TimeSpan DueIn => took * (waiting.Count > 0 || !hasFailed ? Pace : PaceWhileNobodyWaits) - time.GetElapsedTime(endedAt);

    /// <summary>Takes over, and empties, a list of those who wait for the next cut.</summary>
    public void Take(List<Purge> purges)
    {
        IsOwed |= purges.Count > 0;
        waiting.AddRange(purges);
        purges.Clear();
    }

    /// <summary>Something was written.</summary>
    /// <param name="isOwed">Whether that has deleted something for good.</param>
    public void LogHasGrown(bool isOwed)
    {
        isEmpty = false;
        IsOwed |= isOwed;
    }

    /// <summary>Cuts the log; to be called between two transactions.</summary>
    /// <param name="isSettled">Whether what was replaced is so in the tables too; else the log is not cut yet.</param>
    public void Cut(bool isSettled)
    {
        var started = time.GetTimestamp();
        var isCut = isSettled && (isEmpty || checkpoints.CutLog());
        endedAt = time.GetTimestamp();
        took = time.GetElapsedTime(started, endedAt);
        if (isCut)
        {
            (isEmpty, IsOwed, hasFailed) = (true, false, false);
            foreach (var purge in waiting)
                purge.Done.SetResult();
            waiting.Clear();
            return;
        }
        // By any clock: whoever stands in the way must not be met again at once.
        took = took > Checkpoints.Patience ? took : Checkpoints.Patience;
        if (!hasFailed)
            LogInUse();
        hasFailed = true;
        Fail(purge => time.GetElapsedTime(purge.AskedAt, endedAt) >= Patience);
    }

    /// <summary>Tries once more for those who wait, and tells them if it was in vain.</summary>
    public void End(bool isSettled)
    {
        if (waiting.Count > 0)
            Cut(isSettled);
        Fail(static _ => true);
    }

    private void Fail(Predicate<Purge> whom)
    {
        foreach (var purge in waiting.FindAll(whom))
            purge.Done.SetException(new ObjectStoreException("What was deleted may still be in the database's log: another reader stays in it, or the disk failed."));
        waiting.RemoveAll(whom);
    }

    [LoggerMessage(LogLevel.Warning, "What was deleted for good may still be in the database's log, which another reader may stay in; it is tried again until it is done.")]
    private partial void LogInUse();
}

/// <summary>Somebody who waits until the log is cut.</summary>
internal sealed record Purge(long AskedAt)
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
