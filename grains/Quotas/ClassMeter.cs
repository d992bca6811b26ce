using Vaultrice.Quotas;

namespace Vaultrice.Grains.Quotas;

/// <summary>What the objects of a class on this silo have grown by since it was last reported, and how much room is left to them.</summary>
/// <param name="project">Of the class's project.</param>
/// <param name="class">The class.</param>
/// <param name="changed">Called when there is something to report again.</param>
internal sealed class ClassMeter(ProjectMeter project, string @class, Action<ClassMeter> changed)
{
    private long _bytes;
    private long _items;
    private int _isToReport;
    private int _hasRefused;
    private volatile StorageRoom _room = StorageRoom.Unlimited;

    public ProjectMeter Project => project;

    public string Class => @class;

    /// <summary>What the class had left at the last report.</summary>
    public StorageRoom Room
    {
        get => _room;
        set => _room = value;
    }

    /// <summary>Items were written, replaced or removed.</summary>
    public void Changed(long bytes, long items)
    {
        project.Changed(bytes, items);
        Keep(new(@class, bytes, items));
    }

    /// <summary>Has itself reported, even if nothing changed.</summary>
    public void AskForReport()
    {
        if (Interlocked.Exchange(ref _isToReport, 1) == 0)
            changed(this);
    }

    /// <summary>Refuses growth for which there is no room; what does not grow always has room.</summary>
    public StorageError? Refuse(long bytes, long items)
    {
        var refusal = project.Refuse(bytes, items)
            ?? (_room is var room && room != StorageRoom.Unlimited ? room.Refuse(bytes, items, Interlocked.Read(ref _bytes), Interlocked.Read(ref _items)) : null);
        if (refusal is not null)
        {
            // What is refused changes nothing that would be reported, and others may have made room.
            Volatile.Write(ref _hasRefused, 1);
            AskForReport();
        }
        return refusal;
    }

    /// <summary>Whether anything was refused since this was last asked.</summary>
    public bool TakeRefused() => Interlocked.Exchange(ref _hasRefused, 0) == 1;

    /// <summary>Takes what is to report.</summary>
    public StoredTotal Take()
    {
        // First: a change from now on has the meter reported again.
        Volatile.Write(ref _isToReport, 0);
        return new(@class, Interlocked.Exchange(ref _bytes, 0), Interlocked.Exchange(ref _items, 0));
    }

    /// <summary>Keeps for the next report what is to report.</summary>
    public void Keep(in StoredTotal change)
    {
        Interlocked.Add(ref _bytes, change.Bytes);
        Interlocked.Add(ref _items, change.Items);
        AskForReport();
    }
}
