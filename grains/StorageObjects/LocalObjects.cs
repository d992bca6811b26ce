using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>The objects that are active on this silo, for those who call them in its process.</summary>
internal sealed class LocalObjects(TimeProvider time, IOptions<SiloMessagingOptions> messaging) : ILocalObjects
{
    private const int TrustedForMs = 1000;

    private readonly ConcurrentDictionary<string, LocalObject> _active = new(StringComparer.Ordinal);

    /// <summary>An object is active from now on. To be called on its scheduler.</summary>
    public void Enter(string objectKey, StorageObjectGrain grain) => _active[objectKey] = new(grain, TaskScheduler.Current);

    /// <summary>An object is no longer to be called here.</summary>
    public void Leave(string objectKey, StorageObjectGrain grain)
    {
        // Another activation may have taken its place.
        if (_active.TryGetValue(objectKey, out var here) && here.Grain == grain)
            _active.TryRemove(KeyValuePair.Create(objectKey, here));
    }

    public void Answered(string objectKey)
    {
        if (_active.TryGetValue(objectKey, out var here))
            here.TrustedUntil = Now() + TrustedForMs;
    }

    public bool TryGet(string objectKey, string name, out Item? item)
    {
        item = null;
        var now = Now();
        if (!_active.TryGetValue(objectKey, out var here) || now >= here.TrustedUntil || !here.Grain.TryReadSettled(name, now, out item))
            return false;
        ObjectMetrics.Operation("get", refusal: null);
        return true;
    }

    public Task<T>? TryCall<T>(string objectKey, Func<IStorageObjectGrain, ValueTask<T>> call)
    {
        if (!_active.TryGetValue(objectKey, out var here) || Now() >= here.TrustedUntil)
            return null;
        var grain = here.Grain;
        return Task.Factory
            .StartNew(() => grain.CallHere(call), CancellationToken.None, TaskCreationOptions.DenyChildAttach, here.Scheduler)
            .Unwrap()
            .WaitAsync(messaging.Value.ResponseTimeout, time);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class LocalObject(StorageObjectGrain grain, TaskScheduler scheduler)
    {
        private long _trustedUntil;

        public StorageObjectGrain Grain => grain;

        public TaskScheduler Scheduler => scheduler;

        public long TrustedUntil
        {
            get => Volatile.Read(ref _trustedUntil);
            set => Volatile.Write(ref _trustedUntil, value);
        }
    }
}
