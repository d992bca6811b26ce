using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>A change on its way into a transaction.</summary>
/// <param name="needsTables">Whether it reads or changes the tables of objects by other ways than a commit.</param>
internal abstract class QueuedWrite(bool needsTables)
{
    /// <summary>Whether it needs everything in the tables.</summary>
    public bool NeedsTables => needsTables;

    /// <summary>Makes the change, within the transaction that is open.</summary>
    public abstract void Execute(WriterSession session);

    /// <summary>The transaction is durable.</summary>
    public abstract void Complete();

    /// <summary>The transaction failed, with everything in it.</summary>
    public abstract void Fail(ObjectStoreException failure);
}

/// <summary>A change with its result, which its caller receives once it is durable.</summary>
internal sealed class QueuedWrite<T>(Func<WriterSession, T> change, bool needsTables) : QueuedWrite(needsTables)
{
    // Asynchronously: the writer must not run its callers' continuations.
    private readonly TaskCompletionSource<T> stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Stored => stored.Task;

    public override void Execute(WriterSession session) => result = change(session);

    public override void Complete() => stored.SetResult(result!);

    public override void Fail(ObjectStoreException failure) => stored.SetException(failure);
}
