using System.Collections.Concurrent;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway;

/// <summary>References to the objects asked for lately; making one costs more than the rest of finding it.</summary>
internal sealed class ObjectGrains(IGrainFactory grains)
{
    private const int MaxKept = 20_000;

    private readonly ConcurrentDictionary<string, IStorageObjectGrain> _kept = new(StringComparer.Ordinal);

    public IStorageObjectGrain this[string objectKey]
    {
        get
        {
            if (_kept.TryGetValue(objectKey, out var grain))
                return grain;
            if (_kept.Count >= MaxKept)
                _kept.Clear();
            return _kept[objectKey] = grains.GetGrain<IStorageObjectGrain>(objectKey);
        }
    }
}
