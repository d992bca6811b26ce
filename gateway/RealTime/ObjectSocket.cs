using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>One client's socket to one object: greets it, carries its frames to the object and the object's events to it.</summary>
internal sealed partial class ObjectSocket
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly Stream _stream;
    private readonly Action _abort;
    private readonly ObjectFeed _feed;
    private readonly SocketAccess _access;
    private readonly SocketOptions _options;
    private readonly ObjectLimits _limits;
    private readonly TimeProvider _time;
    private readonly SocketWriter _writer;
    private readonly FrameReader _reader;

    private readonly Delivery _delivery;
    private readonly Lock _lock = new();
    private Task? _greeting;
    private VerifiedIdentity? _identity;
    private bool _hasSpoken;
    private bool _isOver;
    private volatile bool _isWithdrawn;

    // Time stamps, read by the sweep.
    private long _receivedAt;
    private long _unfinishedSince;
    private long _closingSince;

    public ObjectSocket(
        Stream stream,
        Action abort,
        ObjectFeed feed,
        SocketAccess access,
        SocketOptions options,
        ObjectLimits limits,
        TimeProvider time)
    {
        _stream = stream;
        _abort = abort;
        _feed = feed;
        _access = access;
        _options = options;
        _limits = limits;
        _time = time;
        _writer = new(stream, options.QueueBytes, () => Close(CloseReason.TooSlow));
        _reader = new(limits.MessageBytes + limits.PresenceBytes + 16 * 1024);
        _delivery = new(_writer, access, options.QueueBytes, time);
        _receivedAt = time.GetTimestamp();
    }

    /// <summary>The connection's id; null before the greeting.</summary>
    public string? ConnectionId => _delivery.ConnectionId;

    /// <summary>The connection as the object may have to be told of it.</summary>
    public HeldConnection? Held => ConnectionId is { } id ? new(id, _access.Principal, Joined, _delivery.Attachment, _identity) : null;

    /// <summary>Whether this is the socket of a connection's attachment.</summary>
    public bool Holds(string connectionId, int attachment) => ConnectionId == connectionId && _delivery.Attachment == attachment;

    /// <summary>Serves the socket until it is gone.</summary>
    public async Task Run()
    {
        GatewayMetrics.SocketOpened();
        var isOver = false;
        var closedByPeer = false;
        var greet = _time.CreateTimer(static state => ((ObjectSocket)state!).Greet(null), this, _options.GreetAfter, Timeout.InfiniteTimeSpan);
        try
        {
            while (!isOver)
            {
                // Waiting with an empty buffer holds none while nothing arrives.
                if (_reader.IsIdle)
                    _ = await _stream.ReadAsync(Memory<byte>.Empty);
                if (!Take(await _stream.ReadAsync(_reader.GetMemory())))
                    break;
                CloseReason? violation;
                while (_reader.TryRead(out var frame, out violation))
                {
                    if (frame.Opcode == Opcode.Close)
                    {
                        // An answer to our own close is no goodbye: that client was told to come back.
                        closedByPeer = Volatile.Read(ref _closingSince) == 0;
                        isOver = true;
                        Close(CloseReason.Normal);
                        break;
                    }
                    if (Volatile.Read(ref _closingSince) == 0)
                        await Handle(frame);
                }
                if (_greeting is not null && greet is not null)
                {
                    await greet.DisposeAsync();
                    greet = null;
                }
                Volatile.Write(ref _unfinishedSince, _reader.IsIdle ? 0 : _unfinishedSince == 0 ? _time.GetTimestamp() : _unfinishedSince);
                if (violation is { } reason)
                {
                    // What follows cannot be told apart any more.
                    Close(reason);
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone without a goodbye.
        }
        finally
        {
            if (greet is not null)
                await greet.DisposeAsync();
            _reader.Release();
            GatewayMetrics.SocketClosed();
            await Ended(closedByPeer);
        }
    }

    /// <summary>Hands events to the client, or keeps them until the greeting is over.</summary>
    /// <inheritdoc cref="Delivery.Tell" path="/param"/>
    public void Deliver(in FrameRun run, FeedPosition position)
    {
        if (!_delivery.Tell(run, position))
            Close(CloseReason.TooSlow);
    }

    /// <summary>Says goodbye; the socket is torn down when the peer does not answer in time.</summary>
    public void Close(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closingSince, _time.GetTimestamp(), 0) == 0)
            _writer.Send(Frames.Close(reason), isLast: true);
    }

    /// <summary>Somebody wants to resume this connection: finds out soon whether its peer still answers.</summary>
    public void Probe() => _delivery.Ping(ProbeTimeout, isProbe: true);

    /// <summary>Whether judging it again may cost a signature.</summary>
    public bool IsSigned => _access.IsSigned;

    /// <summary>Judges again what the client may do: it is told to leave for good, or goes on with the rights it has now.</summary>
    /// <param name="quickly">Leaves out what takes time, for another review.</param>
    public async ValueTask Review(bool quickly = false)
    {
        var refusal = await _access.Review(quickly);
        if (refusal is not null)
        {
            Withdraw(refusal);
            return;
        }
        EndForbiddenPresence();
    }

    /// <summary>Says why the socket is refused after all, and closes it after a while.</summary>
    public async Task TurnAway(StorageError error, CloseReason reason)
    {
        _writer.Send(Frames.Error(error.Message));
        await Hold(_options, _time);
        Close(reason);
    }

    /// <summary>Gives up a socket that will never run.</summary>
    public void Abandon()
    {
        _feed.Remove(this);
        Abort();
        lock (_lock)
            _isOver = true;
    }

    /// <summary>Attends to what is due: called for every socket once a second, instead of timers of their own.</summary>
    public void Sweep()
    {
        if (_access.HasExpired)
            Withdraw(new(StorageErrorCode.CredentialsInvalid, "The api key has expired."));
        EndForbiddenPresence();
        if (IsOver(Volatile.Read(ref _closingSince), CloseTimeout))
        {
            Abort();
            return;
        }
        if (IsOver(Volatile.Read(ref _unfinishedSince), _options.FinishWithin))
        {
            Close(CloseReason.Silent);
            return;
        }
        var receivedAt = Volatile.Read(ref _receivedAt);
        switch (_delivery.Look(receivedAt))
        {
            case PeerState.Silent:
                Abort();
                break;
            case PeerState.Answered:
                TellAnswered();
                break;
            case PeerState.Unconfirmed:
            case PeerState.UpToDate when _time.GetElapsedTime(receivedAt) > _options.PingAfter:
                _delivery.Ping(_options.PongWithin);
                break;
        }
    }

    private void TellAnswered()
    {
        if (ConnectionId is { } id)
            _ = _feed.Answered(id, _delivery.Attachment);
    }

    /// <summary>Notes what was read; false at the end.</summary>
    private bool Take(int count)
    {
        _reader.Filled(count);
        Volatile.Write(ref _receivedAt, _time.GetTimestamp());
        return count > 0;
    }

    /// <summary>Greets once; whoever comes later waits for the same greeting.</summary>
    private Task Greet(string? resume)
    {
        lock (_lock)
            return _greeting ??= Connect(resume);
    }

    private Task Regreet(string resume)
    {
        lock (_lock)
            return _greeting = Again(_greeting!, resume);

        async Task Again(Task first, string resume)
        {
            await first;
            if (ConnectionId is not { } previous)
                return;
            var attachment = _delivery.Attachment;
            _delivery.HoldBack();
            await Connect(resume);
            await _feed.Disconnect(previous, attachment, default, closedByPeer: true);
        }
    }

    private async Task Connect(string? resume)
    {
        // The lock of Greet is left before anything is awaited.
        await Task.Yield();
        try
        {
            var result = await _feed.Connect(_access.Principal, resume);
            if (result.Succeeded)
            {
                (Joined, _identity) = (result.Value.Joined, result.Value.Identity);
                _delivery.Begin(result.Value);
                EndForbiddenPresence();
                // Kept for as long as the socket lives: better nothing than the whole greeting's state.
                lock (_lock)
                    _greeting = Task.CompletedTask;
                return;
            }
            await TurnAway(result.Error, CloseReason.TooManyConnections);
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is { } failure)
        {
            await TurnAway(failure, CloseReason.Unavailable);
        }
    }

    /// <summary>Keeps a refused client busy for a while, so that its next attempt comes later and not at the same moment as others'.</summary>
    public static Task Hold(SocketOptions options, TimeProvider time) =>
        Task.Delay(options.RefusalHold * (1 + Random.Shared.NextDouble()), time);

    private async Task Ended(bool closedByPeer)
    {
        Close(CloseReason.Normal);
        try
        {
            if (_greeting is { } greeting)
                await greeting;
        }
        finally
        {
            _feed.Remove(this);
            await _writer.Drain(Abort, _time);
            lock (_lock)
                _isOver = true;
        }
        if (ConnectionId is { } id)
            await _feed.Disconnect(id, _delivery.Attachment, _delivery.Confirmed, closedByPeer || _isWithdrawn);
    }

    private void Withdraw(StorageError refusal)
    {
        // Whoever may no longer be here is not present either, not even for the time it could have come back in.
        _isWithdrawn = true;
        _writer.Send(Frames.Error(refusal.Message));
        Close(CloseReason.Withdrawn);
    }

    /// <summary>Tears the socket down. Once it is over its request may be gone: then there is nothing left to tear down.</summary>
    private void Abort()
    {
        lock (_lock)
        {
            if (!_isOver)
                _abort();
        }
    }

    private bool IsOver(long since, TimeSpan limit) => since != 0 && _time.GetElapsedTime(since) > limit;
}
