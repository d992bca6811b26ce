using System.Collections.Concurrent;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>The states of the objects that are active on this silo and were read lately.</summary>
/// <remarks>
/// An object shows its state when it is called for a read, and takes it back before it is deactivated. What is shown is
/// trusted for a second; then a read is a call again, by which Orleans knows that the object is in use.
/// </remarks>
internal sealed class LocalReads(TimeProvider time) : ILocalReads
{
    private const int TrustedForMs = 1000;

    private readonly ConcurrentDictionary<string, Shown> _shown = new(StringComparer.Ordinal);

    public bool TryGet(string objectKey, string name, out Item? item)
    {
        item = null;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!_shown.TryGetValue(objectKey, out var shown) || now >= shown.Until || !shown.State.TryFindSettled(name, now, out item))
            return false;
        ObjectMetrics.Operation("get", refusal: null);
        return true;
    }

    /// <summary>Lets others read a state until its object is called again, for a second at most.</summary>
    public void Show(string objectKey, StorageObjectState state, long now) => _shown[objectKey] = new(state, now + TrustedForMs);

    /// <summary>Takes back what was shown.</summary>
    public void Hide(string objectKey) => _shown.TryRemove(objectKey, out _);

    private sealed record Shown(StorageObjectState State, long Until);
}
