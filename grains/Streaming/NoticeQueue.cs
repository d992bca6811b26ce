using Orleans.Streams;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// A queue in this silo's memory: the backlogs of the streams mapped to it, and a bell that wakes its pulling agent.
/// Producers never wait. One lock guards it all; nothing under it blocks or calls out.
/// </summary>
internal sealed class NoticeQueue(BacklogLimits limits, LostNotices lostNotices, TimeProvider time)
{
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<StreamId, StreamBacklog> _backlogs = [];
    private readonly HashSet<StreamBacklog> _rung = [];
    private TaskCompletionSource? _waiting;
    private long _lastSweep = time.GetTimestamp();

    public void Append(StreamId streamId, GatewayNotice notice)
    {
        int lost;
        bool newJam;
        lock (_lock)
        {
            var backlog = BacklogOf(streamId);
            lost = backlog.Append(notice, time.GetTimestamp());
            newJam = lost > 0 && !backlog.Jammed;
            backlog.Jammed |= lost > 0;
            if (backlog.NeedsBell && _rung.Add(backlog))
                _waiting?.TrySetResult();
        }
        if (lost > 0)
            lostNotices.Overflowed(streamId, lost, newJam);
    }

    /// <summary>
    /// Waits until a stream has something to announce; empty only when cancelled.
    /// </summary>
    public async Task<IList<IBatchContainer>> WaitForNewsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Task rings;
            lock (_lock)
            {
                if (_rung.Count > 0)
                    return AnnounceRung();
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                rings = _waiting.Task;
            }
            await rings.WaitAsync(cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        return [];
    }

    public NoticeCursor OpenCursor(StreamId streamId, long? position)
    {
        lock (_lock)
            return BacklogOf(streamId).OpenCursor(this, position);
    }

    public GatewayNoticeBatch? Read(StreamBacklog backlog, NoticeCursor cursor)
    {
        lock (_lock)
            return backlog.Read(cursor);
    }

    public void Close(StreamBacklog backlog, NoticeCursor cursor)
    {
        lock (_lock)
            backlog.CloseCursor(cursor);
    }

    public void RecordDeliveryFailure(StreamBacklog backlog, int notices) =>
        lostNotices.Undeliverable(backlog.StreamId, notices);

    private StreamBacklog BacklogOf(StreamId streamId)
    {
        if (!_backlogs.TryGetValue(streamId, out var backlog))
            _backlogs.Add(streamId, backlog = new StreamBacklog(streamId, limits));
        return backlog;
    }

    private List<IBatchContainer> AnnounceRung()
    {
        var news = new List<IBatchContainer>(_rung.Count);
        foreach (var backlog in _rung)
            news.Add(new NoticeBell(backlog.StreamId, backlog.Announce()));
        _rung.Clear();
        ForgetIdleBacklogs();
        return news;
    }

    /// <summary>Gateways come and go; a stream nobody has read or written for a while leaves nothing behind.</summary>
    private void ForgetIdleBacklogs()
    {
        if (time.GetElapsedTime(_lastSweep) < IdlePeriod)
            return;
        _lastSweep = time.GetTimestamp();
        foreach (var (streamId, backlog) in _backlogs)
            if (!backlog.HasCursors && time.GetElapsedTime(backlog.LastAppend) >= IdlePeriod)
                _backlogs.Remove(streamId);
    }
}
