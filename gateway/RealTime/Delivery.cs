using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// What one socket is told, and what its peer is known to have received. Before the greeting events are kept; from then on each
/// goes out at once. A ping sent behind them says with its pong that everything before it has arrived: what was sent after the
/// last such ping is told again to whoever resumes the connection.
/// </summary>
/// <param name="writer">The socket's writer.</param>
/// <param name="access">What the client may do: it is told of nothing else.</param>
/// <param name="maxHeldBytes">How many bytes of events may wait for the greeting.</param>
/// <param name="time">For how long a pong takes.</param>
internal sealed class Delivery(SocketWriter writer, SocketAccess access, int maxHeldBytes, TimeProvider time)
{
    private readonly Lock _lock = new();
    private List<(FrameRun Run, FeedPosition Position)>? _held = [];
    private int _heldBytes;
    private FeedPosition _start;
    private FeedPosition _sent;
    private FeedPosition _pinged;
    private long _pingNumber;
    private long _pingedAt;
    private TimeSpan _pongWithin;
    private bool _isPinging;
    private bool _isProbed;

    /// <summary>The connection's id; null before the greeting.</summary>
    public string? ConnectionId { get; private set; }

    /// <summary>The connection's attachment, as granted.</summary>
    public int Attachment { get; private set; }

    /// <summary>Up to where the peer is known to have received everything; default while nothing is known.</summary>
    public FeedPosition Confirmed { get; private set; }

    /// <summary>Keeps events again, until another greeting.</summary>
    public void HoldBack()
    {
        lock (_lock)
            _held ??= [];
    }

    /// <summary>Greets, tells what a resumed connection missed, and then what was kept.</summary>
    public void Begin(ConnectionGrant grant)
    {
        lock (_lock)
        {
            ConnectionId = grant.ConnectionId;
            Attachment = grant.Attachment;
            writer.Send(grant.Resumed ? Frames.ResumeAck(grant.ConnectionId) : Frames.Connected(grant.ConnectionId));
            foreach (var missed in grant.Missed)
            {
                if (MayHear(FrameRun.NeedsOf(missed)))
                    writer.Send(Frames.Event(missed), isCatchUp: true);
            }
            _start = _sent = grant.Position;
            var held = _held ?? [];
            _held = null;
            _heldBytes = 0;
            foreach (var (run, position) in held)
                Send(run, position);
        }
    }

    /// <summary>Tells of events, or keeps them until the greeting is over.</summary>
    /// <param name="run">The events' frames.</param>
    /// <param name="position">The object's position after the last of them. A connection's start is not between two of a run.</param>
    /// <returns>False when more is kept than may be.</returns>
    public bool Tell(in FrameRun run, FeedPosition position)
    {
        lock (_lock)
        {
            if (_held is null)
            {
                Send(run, position);
                return true;
            }
            _held.Add((run, position));
            _heldBytes += run.Frames.Length;
            return _heldBytes <= maxHeldBytes;
        }
    }

    /// <summary>Asks the peer for a sign of life, and for the confirmation of everything sent before.</summary>
    /// <param name="pongWithin">How long it may take.</param>
    /// <param name="isProbe">Whether somebody waits for the answer.</param>
    public void Ping(TimeSpan pongWithin, bool isProbe = false)
    {
        lock (_lock)
        {
            _isPinging = true;
            _isProbed |= isProbe;
            _pinged = _sent;
            _pingedAt = time.GetTimestamp();
            _pongWithin = pongWithin;
            writer.Send(Frames.Ping(++_pingNumber));
        }
    }

    /// <summary>A pong has come.</summary>
    /// <returns>Whether somebody waits for it.</returns>
    public bool Confirm(ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            if (!_isPinging || !payload.SequenceEqual(Frames.PingPayload(_pingNumber)))
                return false;
            _isPinging = false;
            Confirmed = _pinged;
            return EndProbe();
        }
    }

    /// <summary>How it stands with the peer.</summary>
    /// <param name="receivedAt">When it was last heard of.</param>
    public PeerState Look(long receivedAt)
    {
        lock (_lock)
        {
            if (_isPinging && time.GetElapsedTime(_pingedAt) <= _pongWithin)
                return PeerState.Asked;
            // Any word since the ping answers the question whether it is there.
            if (_isPinging && receivedAt <= _pingedAt)
                return PeerState.Silent;
            _isPinging = false;
            if (EndProbe())
                return PeerState.Answered;
            return _held is null && _sent != Confirmed ? PeerState.Unconfirmed : PeerState.UpToDate;
        }
    }

    private bool EndProbe()
    {
        var wasProbed = _isProbed;
        _isProbed = false;
        return wasProbed;
    }

    private void Send(in FrameRun run, FeedPosition position)
    {
        // What happened before the greeting is in it, or was fetched after it.
        if (position.Epoch == _start.Epoch && position.Sequence <= _start.Sequence)
            return;
        _sent = position;
        if (MayHear(run.Needs) && (run.Except is null || run.Except != ConnectionId))
            writer.Send(run.Frames);
    }

    private bool MayHear(Permissions needs) => (access.Permissions & needs) != 0;
}

/// <summary>How it stands with a socket's peer.</summary>
internal enum PeerState
{
    /// <summary>It has received everything, as far as is known.</summary>
    UpToDate,

    /// <summary>Something was sent that it has not confirmed.</summary>
    Unconfirmed,

    /// <summary>It was pinged and still has time to answer.</summary>
    Asked,

    /// <summary>It was probed and has said something since, if no pong.</summary>
    Answered,

    /// <summary>It was pinged and has not said a word since.</summary>
    Silent,
}
