namespace Vaultrice.Grains.Quotas;

/// <summary>
/// What the objects of a project on this silo have grown by since that was last told, and how much room is left to them all.
/// Shared by the meters of its classes: a class that nobody has heard of is held to it from its first write.
/// </summary>
internal sealed class ProjectMeter(string projectId)
{
    private long _bytes;
    private long _items;
    private volatile StorageRoom _room = StorageRoom.Unlimited;

    public string ProjectId => projectId;

    /// <summary>What was left at the last report.</summary>
    public StorageRoom Room => _room;

    /// <summary>Items were written, replaced or removed.</summary>
    public void Changed(long bytes, long items)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _items, items);
    }

    /// <summary>Refuses growth for which there is no room.</summary>
    public StorageError? Refuse(long bytes, long items) =>
        _room is var room && room != StorageRoom.Unlimited ? room.Refuse(bytes, items, Interlocked.Read(ref _bytes), Interlocked.Read(ref _items)) : null;

    /// <summary>Takes over the room that is left now that some changes were told.</summary>
    public void Told(StorageRoom room, long bytes, long items)
    {
        // The room first: in between, growth counts twice rather than not at all.
        _room = room;
        Changed(-bytes, -items);
    }
}
