namespace Vaultrice.StorageObjects;

/// <summary>
/// Reads of objects that are active in this very process, without a call of the grain: that costs more than all the rest of
/// a read. Only a process that hosts grains has them.
/// </summary>
public interface ILocalReads
{
    /// <summary>Reads an item as <see cref="IStorageObjectGrain.Get"/> does; may be called on any thread.</summary>
    /// <param name="objectKey">The grain's key.</param>
    /// <param name="name">The item's name.</param>
    /// <param name="item">The item, or null if there is none.</param>
    /// <returns>Whether it is known here; if not, the grain has to be called.</returns>
    bool TryGet(string objectKey, string name, out Item? item);
}
