using Vaultrice.Encryption;
using Vaultrice.Grains.Encryption;

namespace Vaultrice.Grains.StorageObjects;

// The object's own keys: one order after the other, each durable before it is answered.
internal sealed partial class StorageObjectGrain
{
    private readonly Turns _keyOrders = new();

    public Task<StorageResult<ObjectKeys>> ManageKeys(ObjectKeysOrder order, int version) => _keyOrders.Take(() => Manage(order, version));

    private async Task<StorageResult<ObjectKeys>> Manage(ObjectKeysOrder order, int version)
    {
        // What was handed in before the order is stored before it is carried out, with whatever key it began with.
        (await Loaded()).Expire(Now());
        await Settled();
        var items = await _seal!.Inspect();
        var done = await Carry(order, version, items);
        if (done.Succeeded && done.Value > 0)
        {
            _gate.Touch((await Loaded()).Revision);
            await Settled();
            items = await _seal.Inspect();
        }
        // Also when there is no such key: an earlier order may have dropped it, and failed to get it out of the engine's files.
        if (order == ObjectKeysOrder.Drop && done.Error is null or { Code: StorageErrorCode.UnknownResource })
            await _store.Purge();
        if (!done.Succeeded)
            return done.Error;
        return new ObjectKeys(
            _seal.Ring.Current,
            [.. _seal.Ring.Keys.Select(key => new ObjectKeyUse(key.Version, key.ProjectKey, items.Count(item => item.Version == key.Version)))],
            items.Count(item => item.Version == 0),
            done.Value);
    }

    /// <summary>Carries out an order in memory.</summary>
    /// <returns>How many items or keys are to be written anew.</returns>
    private async Task<StorageResult<int>> Carry(ObjectKeysOrder order, int version, IReadOnlyList<(string Name, int Version)> items)
    {
        var seal = _seal!;
        switch (order)
        {
            case ObjectKeysOrder.Apply:
                await _class!.Refresh();
                var wanted = Rules.IsSealed ? seal.Ring.Current : 0;
                return (await Loaded()).Rewrite(items.Where(item => item.Version != wanted || (Rules.IsSealed && wanted == 0)).Select(item => item.Name));
            case ObjectKeysOrder.Rewrap when !seal.Ring.IsEmpty:
                return await seal.Rewrap();
            case ObjectKeysOrder.Rotate when await Loaded() is { Revision: > 0, HoldsNothing: false }:
                await seal.AddKey();
                return 1;
            case ObjectKeysOrder.Rotate:
                return new StorageError(StorageErrorCode.UnknownResource, "Nothing is stored of this object.");
            case ObjectKeysOrder.MakeCurrent or ObjectKeysOrder.Drop when seal.Ring.Find(version) is null:
                return new StorageError(StorageErrorCode.UnknownResource, "The object has no key of this version.");
            case ObjectKeysOrder.MakeCurrent when seal.Ring.Current != version:
                seal.MakeCurrent(version);
                return 1;
            case ObjectKeysOrder.Drop when seal.Ring.Current == version:
                return new StorageError(StorageErrorCode.StillInUse, "This key is the current one: rotate first, or make another one current.");
            case ObjectKeysOrder.Drop when items.Any(item => item.Version == version):
                return new StorageError(StorageErrorCode.StillInUse, "Items are still sealed with this key: have the class's settings applied first.");
            case ObjectKeysOrder.Drop:
                seal.Drop(version);
                return 1;
            default:
                return 0;
        }
    }
}
