using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>The latest events of an object, for connections that resume; bounded in count and bytes.</summary>
internal sealed class EventRing(int maxEvents, int maxBytes)
{
    private readonly Queue<ObjectEvent> _events = new();
    private long _bytes;

    /// <summary>The sequence of the newest event; 0 before the first.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Numbers an event; keeps it only if somebody could ever ask for it.</summary>
    public void Add(ObjectEvent happened, bool keep)
    {
        LastSequence++;
        if (!keep)
        {
            Clear();
            return;
        }
        _events.Enqueue(happened);
        _bytes += SizeOf(happened);
        while (_events.Count > maxEvents || _bytes > maxBytes)
            _bytes -= SizeOf(_events.Dequeue());
    }

    public void Clear()
    {
        _events.Clear();
        _bytes = 0;
    }

    /// <summary>The events after a sequence, or null when the ring no longer reaches back that far.</summary>
    public ImmutableArray<ObjectEvent>? After(long sequence)
    {
        var missing = LastSequence - sequence;
        if (missing < 0 || missing > _events.Count)
            return null;
        return missing == 0 ? [] : [.. _events.Skip((int)(_events.Count - missing))];
    }

    private static int SizeOf(ObjectEvent happened) => 64 + happened switch
    {
        ItemSet set => 2 * set.Name.Length + set.Item.Value.Length,
        ItemRemoved removed => 2 * removed.Name.Length,
        MessageSent message => message.Payload.Length,
        PresenceJoined presence => presence.Joined.Data.Length,
        PresenceLeft presence => presence.Left.Data.Length,
        _ => 0,
    };
}
