using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>What an object commits in one go: the last state of each changed item, and every event in order.</summary>
internal sealed class CommitBatch
{
    public Dictionary<string, ItemRecord> Records { get; } = new(StringComparer.Ordinal);

    public List<ObjectEvent> Events { get; } = [];

    public EncryptionSettingsHistory? Encryption { get; set; }

    /// <summary>The object's revision after the batch; 0 when it changes nothing durable.</summary>
    public long Revision { get; set; }

    /// <summary>Whether nothing that was stored before it is there any more; its row may have been swept.</summary>
    public bool StartsAnew { get; set; }

    public TaskCompletionSource Done { get; } = new();

    public bool IsDurable => Revision > 0;

    public void Fail(Exception error)
    {
        Done.SetException(error);
        // Not every batch has a waiter (expiry has none): the failure is logged where it happens, not here.
        _ = Done.Task.Exception;
    }
}
