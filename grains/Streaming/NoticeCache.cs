using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// The pulling agent's view of a queue's backlogs. Never under pressure: a stream that nobody empties drops its oldest
/// notices and holds up no other.
/// </summary>
internal sealed class NoticeCache(NoticeQueue queue) : IQueueCache
{
    public int GetMaxAddCount() => int.MaxValue;

    public bool IsUnderPressure() => false;

    /// <summary>Nothing to add: bells only announce what the backlogs already hold.</summary>
    public void AddToCache(IList<IBatchContainer> messages)
    {
    }

    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) =>
        queue.OpenCursor(streamId, token?.SequenceNumber);
}
