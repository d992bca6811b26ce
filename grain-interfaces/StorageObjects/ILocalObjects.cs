namespace Vaultrice.StorageObjects;

/// <summary>
/// The objects that are active in this very process, without the messages by which grains are called: those cost more than
/// most operations. Only a process that hosts grains has them. Whoever has just called an object by a message may do without
/// for a second; by the next message Orleans knows that the object is in use.
/// </summary>
public interface ILocalObjects
{
    /// <summary>Notes that an object has just answered a message.</summary>
    /// <param name="objectKey">The grain's key.</param>
    void Answered(string objectKey);

    /// <summary>Reads an item as <see cref="IStorageObjectGrain.Get"/> does; may be called on any thread.</summary>
    /// <param name="objectKey">The grain's key.</param>
    /// <param name="name">The item's name.</param>
    /// <param name="item">The item, or null if there is none.</param>
    /// <returns>Whether it is known here; if not, the grain has to be called.</returns>
    bool TryGet(string objectKey, string name, out Item? item);

    /// <summary>Calls an object where its grain runs; may be called on any thread.</summary>
    /// <param name="objectKey">The grain's key.</param>
    /// <param name="call">The call, given the grain. What it hands over must not change any more: nothing is copied.</param>
    /// <returns>What the call returns, or null if it takes a message. Fails with a <see cref="TimeoutException"/> as a call by a message does.</returns>
    Task<T>? TryCall<T>(string objectKey, Func<IStorageObjectGrain, ValueTask<T>> call);
}
