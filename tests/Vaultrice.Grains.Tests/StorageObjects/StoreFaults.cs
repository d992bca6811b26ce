using System.Collections.Immutable;
using System.Threading.Channels;
using Vaultrice.Grains.Storage;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>What happens to a commit.</summary>
public enum CommitOutcome
{
    Store,

    /// <summary>Nothing is stored.</summary>
    FailBefore,

    /// <summary>All of it is stored, and the caller is told of a failure.</summary>
    FailAfter,
}

/// <summary>What the store is told to do to one object's commits, and what it saw of them.</summary>
internal sealed class StoreFaults
{
    private readonly Lock _lock = new();
    private readonly List<SeenCommit> _seen = [];
    private readonly Channel<HeldCommit> _held = Channel.CreateUnbounded<HeldCommit>();
    private bool _holds;
    private CommitOutcome _next;
    private int _loadFailures;
    private TaskCompletionSource? _nextLoad;
    private long _stored;

    /// <summary>All commits that reached the store, whatever became of them.</summary>
    public ImmutableArray<SeenCommit> Seen
    {
        get
        {
            lock (_lock)
                return [.. _seen];
        }
    }

    /// <summary>The revision of the last commit that was stored, known before the object knows.</summary>
    public long Stored => Volatile.Read(ref _stored);

    /// <summary>Whether a failure was ordered that has not come yet.</summary>
    public bool AreArmed
    {
        get
        {
            lock (_lock)
                return _next != CommitOutcome.Store || _loadFailures > 0;
        }
    }

    /// <summary>From now on commits stall until each is told what becomes of it.</summary>
    public void Hold()
    {
        lock (_lock)
            _holds = true;
    }

    /// <summary>Commits that arrive from now on no longer stall.</summary>
    public void Flow()
    {
        lock (_lock)
            _holds = false;
    }

    /// <summary>The next commit ends so, unless it is held.</summary>
    public void Next(CommitOutcome outcome)
    {
        lock (_lock)
            _next = outcome;
    }

    public void FailNextLoads(int count)
    {
        lock (_lock)
            _loadFailures = count;
    }

    /// <summary>The next load stalls until what is returned is set.</summary>
    public TaskCompletionSource HoldNextLoad() => _nextLoad = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the load that begins now may go on.</summary>
    public Task ArriveAtLoad() => Interlocked.Exchange(ref _nextLoad, null)?.Task ?? Task.CompletedTask;

    /// <summary>The next commit that stalls.</summary>
    public async Task<HeldCommit> Held()
    {
        try
        {
            return await _held.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Waits.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("No commit reached the store.");
        }
    }

    public void HasStored(ObjectCommit commit) => Volatile.Write(ref _stored, commit.Revision);

    public bool TakeLoadFailure()
    {
        lock (_lock)
            return _loadFailures > 0 && _loadFailures-- > 0;
    }

    public Task<CommitOutcome> Arrive(ObjectCommit commit)
    {
        lock (_lock)
        {
            _seen.Add(new(commit.Revision, [.. commit.Records]));
            if (_holds)
            {
                var held = new HeldCommit();
                _held.Writer.TryWrite(held);
                return held.Decided;
            }
            var outcome = _next;
            _next = CommitOutcome.Store;
            return Task.FromResult(outcome);
        }
    }
}

/// <summary>A commit as it reached the store.</summary>
internal sealed record SeenCommit(long Revision, ImmutableArray<ItemRecord> Records);

/// <summary>A commit that stalls.</summary>
internal sealed class HeldCommit
{
    private readonly TaskCompletionSource<CommitOutcome> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CommitOutcome> Decided => _decided.Task;

    public void Ends(CommitOutcome outcome) => _decided.SetResult(outcome);
}
