using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Vaultrice.Gateway.Http;
using Vaultrice.Gateways;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// What this gateway hears of one object, and the sockets it tells. Keeps the object's position: a gap in the sequence, or
/// another epoch, makes it ask the object for what it missed.
/// </summary>
/// <remarks>Invariant: one thread at a time works off the inbox, so sockets see events in the object's order.</remarks>
internal sealed partial class ObjectFeed(
    string objectKey,
    IStorageObjectGrain grain,
    string gatewayId,
    Action<ObjectFeed> emptied,
    TimeProvider time,
    ILogger<ObjectFeeds> logger) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<ObjectEventsNotice> _inbox = new();
    private readonly HashSet<ObjectSocket> _sockets = [];
    private ObjectSocket[]? _snapshot;
    private bool _isRetired;
    private FeedPosition _position;
    private volatile bool _isPositioned;
    private volatile bool _hasFailed;
    private TaskCompletionSource? _renewal;
    private int _isScheduled;
    private long _renewedAt = time.GetTimestamp();

    /// <summary>The object's grain key.</summary>
    public string ObjectKey => objectKey;

    public IStorageObjectGrain Grain => grain;

    /// <summary>Adds a socket; false when the feed was given up and another one must be made.</summary>
    public bool TryAdd(ObjectSocket socket)
    {
        lock (_lock)
        {
            if (_isRetired)
                return false;
            _sockets.Add(socket);
            _snapshot = null;
            return true;
        }
    }

    public void Remove(ObjectSocket socket)
    {
        lock (_lock)
        {
            _sockets.Remove(socket);
            _snapshot = null;
            if (_sockets.Count > 0 || _isRetired)
                return;
            _isRetired = true;
        }
        emptied(this);
    }

    /// <summary>The sockets at this moment.</summary>
    public ObjectSocket[] Sockets
    {
        get
        {
            lock (_lock)
                return _snapshot ??= [.. _sockets];
        }
    }

    /// <summary>Asks the object for a connection on behalf of a socket that was added.</summary>
    public async Task<StorageResult<ConnectionGrant>> Connect(string principal, string? resume)
    {
        var result = await grain.Connect(new(gatewayId, principal, resume));
        if (result.Succeeded)
            StartAt(result.Value.Position);
        return result;
    }

    /// <summary>Tells the object that a connection's socket is gone; should it not hear, the next renewal tells it.</summary>
    public async Task Disconnect(string connectionId, int attachment, FeedPosition confirmed, bool closedByPeer)
    {
        try
        {
            await grain.Disconnect(connectionId, attachment, confirmed, closedByPeer);
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is not null)
        {
            LogUnreachable(e);
        }
    }

    /// <summary>Tells the object that a connection's peer has answered its probe; should it not hear, it does not wait for ever.</summary>
    public async Task Answered(string connectionId, int attachment)
    {
        try
        {
            await grain.Answered(connectionId, attachment);
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is not null)
        {
            LogUnreachable(e);
        }
    }

    /// <summary>Ends a connection's presence; false when the object could not be told.</summary>
    public async Task<bool> TryLeave(string connectionId)
    {
        try
        {
            await grain.Leave(connectionId);
            return true;
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is not null)
        {
            LogUnreachable(e);
            return false;
        }
    }

    /// <summary>Takes what the object says.</summary>
    public void Take(GatewayNotice notice)
    {
        switch (notice)
        {
            case ObjectEventsNotice events:
                lock (_lock)
                    _inbox.Enqueue(events);
                Schedule();
                break;
            case ConnectionProbe probe:
                if (Array.Find(Sockets, socket => socket.Holds(probe.ConnectionId, probe.Attachment)) is { } socket)
                    socket.Probe();
                else
                    _ = Disconnect(probe.ConnectionId, probe.Attachment, default, closedByPeer: false);
                break;
            case ObjectDeactivated:
                _ = Renew();
                break;
        }
    }

    /// <summary>Attends to what is due, for the feed and its sockets.</summary>
    public void Sweep(TimeSpan renewEvery)
    {
        foreach (var socket in Sockets)
            Sweep(socket);
        if (_hasFailed || time.GetElapsedTime(Volatile.Read(ref _renewedAt)) > renewEvery)
            _ = Renew();
    }

    private void Sweep(ObjectSocket socket)
    {
        try
        {
            socket.Sweep();
        }
#pragma warning disable CA1031 // One socket's failure must not keep the others from being attended to.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogSweepFailed(e);
        }
    }

    /// <summary>Renews the subscription; done when what was missed is delivered.</summary>
    public Task Renew()
    {
        Task renewed;
        lock (_lock)
            renewed = (_renewal ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        Schedule();
        return renewed;
    }

    void IThreadPoolWorkItem.Execute() => _ = Pump();

    private void StartAt(FeedPosition position)
    {
        lock (_lock)
        {
            if (_isPositioned)
                return;
            _position = position;
            _isPositioned = true;
        }
        Schedule();
    }

    private bool HasWork
    {
        get
        {
            lock (_lock)
                return _isPositioned && (_renewal is not null || _inbox.Count > 0);
        }
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task Pump()
    {
        do
        {
            try
            {
                while (_isPositioned && await WorkOff())
                {
                }
            }
#pragma warning disable CA1031 // What went wrong with one notice must not keep the sockets from all that follow.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _hasFailed = true;
                LogFailed(e);
            }
            Interlocked.Exchange(ref _isScheduled, 0);
        }
        while (HasWork && Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0);
    }

    /// <summary>Does what is next; false when there is nothing.</summary>
    private async ValueTask<bool> WorkOff()
    {
        if (Volatile.Read(ref _renewal) is not null)
        {
            await CatchUp();
            return true;
        }
        if (!TryTake(out var notice))
            return false;
        if (!TryDeliver(notice))
        {
            // What the object answers includes this notice, unless it is older than the object's present epoch.
            await CatchUp();
            TryDeliver(notice);
        }
        return true;
    }

    private bool TryTake([MaybeNullWhen(false)] out ObjectEventsNotice notice)
    {
        lock (_lock)
            return _inbox.TryDequeue(out notice);
    }

    /// <summary>Delivers what is new in a notice; false when something before it is missing.</summary>
    private bool TryDeliver(ObjectEventsNotice notice)
    {
        var seen = _position.Sequence - notice.From.Sequence;
        if (notice.From.Epoch != _position.Epoch || seen < 0)
            return false;
        var events = notice.Events.AsSpan();
        for (var next = (int)Math.Min(seen, events.Length); next < events.Length;)
        {
            var run = FrameRun.Begin(events[next..]);
            next += run.Events;
            // Only the last event of a commit brings the object to the commit's revision.
            _position = new(notice.From.Epoch, notice.From.Sequence + next, next == events.Length ? notice.Revision : _position.Revision);
            Deliver(run, Sockets);
        }
        return true;
    }

    private async Task CatchUp()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
            (waiting, _renewal) = (_renewal, null);
        try
        {
            var sockets = Sockets;
            var held = sockets.Select(socket => socket.Held).OfType<HeldConnection>().ToImmutableArray();
            var missed = await grain.Renew(new(gatewayId, _position, held));
            _position = missed.Position;
            for (var next = 0; next < missed.Events.Length;)
            {
                var run = FrameRun.Begin(missed.Events.AsSpan()[next..]);
                next += run.Events;
                Deliver(run, sockets);
            }
            if (!missed.Complete)
            {
                foreach (var socket in sockets)
                    socket.Close(CloseReason.HistoryLost);
            }
            _hasFailed = false;
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is not null)
        {
            _hasFailed = true;
            LogUnreachable(e);
        }
#pragma warning disable CA1031 // A bug met once must not end the feed: the next sweep tries again, and who waits hears of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _hasFailed = true;
            LogFailed(e);
            waiting?.SetException(e);
            // Mostly nobody waits for a renewal.
            _ = waiting?.Task.Exception;
        }
        finally
        {
            Volatile.Write(ref _renewedAt, time.GetTimestamp());
            waiting?.TrySetResult();
        }
    }

    private void Deliver(in FrameRun run, ObjectSocket[] sockets)
    {
        foreach (var socket in sockets)
            socket.Deliver(run, _position);
        GatewayMetrics.Delivered(sockets.Length * run.Events);
    }

    [LoggerMessage(4, LogLevel.Error, "An object's events could not be delivered; its sockets will catch up.")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(3, LogLevel.Error, "A socket could not be attended to.")]
    private partial void LogSweepFailed(Exception cause);

    [LoggerMessage(1, LogLevel.Warning, "An object is not reachable; its sockets will catch up when it is.")]
    private partial void LogUnreachable(Exception cause);
}
