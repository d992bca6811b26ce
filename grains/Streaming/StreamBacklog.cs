using System.Collections.Immutable;
using Orleans.Providers.Streams.Common;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// What one stream has published and its consumers have not yet been handed. Not thread-safe: its <see cref="NoticeQueue"/> locks.
/// </summary>
internal sealed class StreamBacklog(StreamId streamId, BacklogLimits limits)
{
    /// <summary>
    /// A consumer whose handshake is still under way starts at the ring of the bell that announced its first notice,
    /// so that many notices outlive their delivery to others.
    /// </summary>
    private const int KeptForLateCursors = 64;

    private readonly NoticeRing _ring = new();
    private readonly List<NoticeCursor> _cursors = [];

    public StreamId StreamId => streamId;

    /// <summary>The notices before this position have been announced to the pulling agent.</summary>
    public long Announced { get; private set; }

    /// <summary>When the last notice came, as a timestamp of the <see cref="TimeProvider"/>.</summary>
    public long LastAppend { get; private set; }

    public bool HasCursors => _cursors.Count > 0;

    /// <summary>True while the notices being dropped belong to one and the same jam.</summary>
    public bool Jammed { get; set; }

    /// <summary>
    /// Whether the newest notice must be announced: a consumer that is being served comes back for more by itself.
    /// Now and then it rings in any case, should the agent have given up on a cursor half-way.
    /// </summary>
    public bool NeedsBell =>
        _cursors.Count == 0 || _cursors.Exists(cursor => cursor.Drained) || _ring.Next % limits.BatchNotices == 0;

    /// <returns>How many notices had to go unseen to make room.</returns>
    public int Append(GatewayNotice notice, long now)
    {
        LastAppend = now;
        var size = NoticeSize.Of(notice);
        var lost = 0;
        while (_ring.Count > 0 && (_ring.Count >= limits.Notices || _ring.Bytes + size > limits.Bytes))
            lost += DropOldest();
        _ring.Append(notice, size);
        return lost;
    }

    /// <returns>The position of the first notice that had not been announced before.</returns>
    public long Announce()
    {
        // Trimmed before, not after: the agent opens a first consumer's cursor only once it has heard the bell.
        Trim();
        var first = Announced;
        Announced = _ring.Next;
        return first;
    }

    /// <param name="position">Where to start; the last announcement when null.</param>
    public NoticeCursor OpenCursor(NoticeQueue queue, long? position)
    {
        var start = Math.Clamp(position ?? Announced, _ring.First, _ring.Next);
        var cursor = new NoticeCursor(queue, this) { Position = start };
        _cursors.Add(cursor);
        return cursor;
    }

    public void CloseCursor(NoticeCursor cursor)
    {
        _cursors.Remove(cursor);
        Trim();
    }

    /// <summary>Hands the cursor its next notices, or null when it has seen them all.</summary>
    public GatewayNoticeBatch? Read(NoticeCursor cursor)
    {
        var start = cursor.Position;
        cursor.Drained = start == _ring.Next;
        if (cursor.Drained)
        {
            Jammed = false;
            return null;
        }
        var end = EndOfBatch(start);
        var notices = ImmutableArray.CreateBuilder<GatewayNotice>((int)(end - start));
        for (var position = start; position < end; position++)
            notices.Add(_ring[position].Notice);
        cursor.Position = end;
        Trim();
        return new GatewayNoticeBatch(streamId, new EventSequenceTokenV2(start), notices.MoveToImmutable());
    }

    private long EndOfBatch(long start)
    {
        var last = Math.Min(_ring.Next, start + limits.BatchNotices);
        var bytes = _ring[start].Size;
        var end = start + 1;
        while (end < last && (bytes += _ring[end].Size) <= limits.BatchBytes)
            end++;
        return end;
    }

    private int DropOldest()
    {
        var oldest = _ring.First;
        var unseen = _cursors.Count == 0 && oldest >= Announced;
        foreach (var cursor in _cursors)
        {
            if (cursor.Position > oldest)
                continue;
            unseen = true;
            cursor.Position = oldest + 1;
        }
        _ring.RemoveFirst();
        Announced = Math.Max(Announced, _ring.First);
        return unseen ? 1 : 0;
    }

    private void Trim()
    {
        var needed = Announced;
        if (HasCursors)
            needed = _cursors.Min(cursor => cursor.Position);
        needed = Math.Min(needed, _ring.Next - KeptForLateCursors);
        while (_ring.First < needed)
            _ring.RemoveFirst();
    }
}
