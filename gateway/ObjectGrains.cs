using System.Collections.Concurrent;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway;

/// <summary>
/// Finds objects: in this process if they are active here, else by references, of which those used lately are kept, since making
/// one costs more than the rest of finding it.
/// </summary>
internal sealed class ObjectGrains(IGrainFactory grains, ILocalObjects? local = null)
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

    /// <summary>Reads an item without a call; false where it takes one.</summary>
    public bool TryGet(string objectKey, string name, out Item? item)
    {
        item = null;
        return local is not null && local.TryGet(objectKey, name, out item);
    }

    /// <summary>Calls an object the shortest way there is.</summary>
    /// <param name="objectKey">The grain's key.</param>
    /// <param name="call">The call; what it hands over must not change any more.</param>
    public ValueTask<T> Call<T>(string objectKey, Func<IStorageObjectGrain, ValueTask<T>> call) =>
        local is null ? call(this[objectKey])
        : local.TryCall(objectKey, call) is { } answer ? new(answer)
        : CallByMessage(objectKey, call, local);

    /// <inheritdoc cref="Call{T}(string, Func{IStorageObjectGrain, ValueTask{T}})"/>
    public ValueTask<T> Call<T>(string objectKey, Func<IStorageObjectGrain, Task<T>> call) => Call(objectKey, grain => new ValueTask<T>(call(grain)));

    /// <inheritdoc cref="Call{T}(string, Func{IStorageObjectGrain, ValueTask{T}})"/>
    public async ValueTask Call(string objectKey, Func<IStorageObjectGrain, Task> call) =>
        await Call(objectKey, async ValueTask<bool> (grain) =>
        {
            await call(grain);
            return true;
        });

    private async ValueTask<T> CallByMessage<T>(string objectKey, Func<IStorageObjectGrain, ValueTask<T>> call, ILocalObjects local)
    {
        var answer = await call(this[objectKey]);
        local.Answered(objectKey);
        return answer;
    }
}
