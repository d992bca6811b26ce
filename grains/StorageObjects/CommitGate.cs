using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// The output gate of one object: operations hand in their changes and go on; answers and events wait here until the
/// store has them. While one batch is being committed, the next collects, so a busy object commits in groups.
/// </summary>
/// <remarks>
/// Invariant: batches reach the store one at a time in the order of their making, and a batch's events are announced, then
/// its waiters released, only after its commit. All members but <see cref="IsSettled"/> run on the grain's scheduler.
/// </remarks>
internal sealed class CommitGate(
    Func<CommitBatch, Task> commit,
    Action<CommitBatch> announce,
    Action<Exception> failed)
{
    private volatile CommitBatch? _collecting;
    private volatile CommitBatch? _committing;
    private bool _startsAnew;
    private bool _isRunning;
    private bool _hadCompany;

    /// <summary>
    /// Sends on what was handed in, at the end of an operation's turn, and completes when all of it is durable and announced;
    /// fails if any of it could not be stored.
    /// </summary>
    public Task Settle()
    {
        var last = _collecting ?? _committing;
        if (_collecting is not null && !_isRunning)
            _ = Run();
        return last?.Done.Task ?? Task.CompletedTask;
    }

    /// <summary>Whether nothing waits here. Looked at in this order: a batch is being committed before it stops collecting.</summary>
    public bool IsSettled => _collecting is null && _committing is null;

    /// <summary>How many events wait here.</summary>
    public int UnannouncedEvents =>
        (_collecting?.Events.Count ?? 0)
        + (_committing is { Done.Task.IsCompleted: false } committing ? committing.Events.Count : 0);

    /// <summary>Hands in a change of an item together with the event that tells of it.</summary>
    public void Change(in ItemRecord record, ObjectEvent change)
    {
        var batch = Collecting();
        batch.Records[record.Name] = record;
        batch.Revision = record.Revision;
        batch.Events.Add(change);
    }

    /// <summary>Hands in new encryption settings.</summary>
    public void Change(EncryptionSettingsHistory encryption, long revision)
    {
        var batch = Collecting();
        batch.Encryption = encryption;
        batch.Revision = revision;
    }

    /// <summary>Hands in a present item to be written again as it is: no change, so no event.</summary>
    public void Rewrite(in ItemRecord record, long revision)
    {
        Collecting().Records[record.Name] = record;
        Touch(revision);
    }

    /// <summary>Has a commit made, whatever else is in it: what is stored beside the items has changed.</summary>
    public void Touch(long revision)
    {
        var batch = Collecting();
        batch.Revision = Math.Max(batch.Revision, revision);
    }

    /// <summary>Tells that everything handed in before has been removed or has expired: the next commit is as that of a new object.</summary>
    public void StartAnew() => _startsAnew = true;

    /// <summary>Hands in an event that changes nothing durable; it keeps its place among the changes.</summary>
    public void Announce(ObjectEvent happened) => Collecting().Events.Add(happened);

    private CommitBatch Collecting() => _collecting ??= new();

    private async Task Run()
    {
        _isRunning = true;
        // Where operations come in groups, those of this process that are ready to run go first: else one of them commits alone,
        // and what it tells is written to every socket by itself, while the others wait for both.
        if (_hadCompany)
            await Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
        while (_collecting is { } batch)
        {
            _hadCompany = batch.Events.Count > 1;
            _committing = batch;
            _collecting = null;
            try
            {
                if (batch.IsDurable)
                {
                    (batch.StartsAnew, _startsAnew) = (_startsAnew, false);
                    await commit(batch);
                }
            }
            catch (Exception e)
            {
                Fail(batch, e);
                continue;
            }
            announce(batch);
            batch.Done.SetResult();
        }
        _committing = null;
        _isRunning = false;
    }

    private void Fail(CommitBatch batch, Exception cause)
    {
        // What is collecting has seen the changes that were not stored: it falls with them.
        var follower = _collecting;
        _collecting = null;
        // What the store holds is read again first.
        _startsAnew = false;
        failed(cause);
        // Who came and left did so whatever the store holds, and nobody would tell it later.
        var presence = new CommitBatch();
        presence.Events.AddRange(batch.Events.Concat(follower?.Events ?? []).Where(happened => happened is PresenceJoined or PresenceLeft));
        announce(presence);
        var error = cause is ObjectStoreException or KeysUnavailableException
            ? cause
            : new ObjectStoreException("The change could not be stored; nothing of it was acknowledged.", cause);
        batch.Fail(error);
        follower?.Fail(error);
    }
}
