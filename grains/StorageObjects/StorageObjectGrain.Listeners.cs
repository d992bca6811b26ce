using System.Collections.Immutable;
using Vaultrice.Gateways;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

// Who listens to the object: its connections, their presence, and what they are told.
internal sealed partial class StorageObjectGrain
{
    /// <summary>How long a gateway may take to find out whether the old socket of a resumed connection still answers.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    public async Task<StorageError?> Send(MessageSent message)
    {
        var refusal = (await Ruled()).RefuseKeyVersion(message.KeyVersion) ?? Rules.RefuseMessage(message);
        if (refusal is null)
            _gate.Announce(message);
        await Settled();
        return Counted("send", refusal, refusal);
    }

    public ValueTask<ImmutableArray<JoinedConnection>> GetPresence()
    {
        _connections.CollectDue(Now());
        _ = Settled();
        return new(Counted<ImmutableArray<JoinedConnection>>("presence", [.. _connections.Joined]));
    }

    public async Task<StorageResult<ConnectionGrant>> Connect(ConnectionRequest request)
    {
        await Ruled();
        if (request.Resume is { } resume && _connections.Find(resume) is { } lost && lost.Principal == request.Principal)
        {
            await Probed(lost);
            // Looked up again after each wait: meanwhile the connection may have been forgotten or resumed by somebody else.
            while (_connections.Find(resume) == lost && lost.GatewayId is null)
            {
                var state = await Loaded();
                var glance = _lookBack.Take(lost.Confirmed, state, Now());
                await _gate.Settle();
                if (_connections.Find(resume) != lost || lost.GatewayId is not null || !_lookBack.TryTell(lost.Confirmed, glance, out var missed))
                    continue;
                if (missed is null || _connections.IsFull)
                    break;
                return Grant(lost.Id, resumed: true, missed.Value.RemoveAll(m => m is MessageSent message && message.Sender == lost.Id), request);
            }
        }
        if (_connections.IsFull)
            return new StorageError(StorageErrorCode.TooManyConnections, $"An object may have at most {Rules.ObjectConnections} connections.");
        return Grant(ConnectionId.New(), resumed: false, [], request);
    }

    public Task Disconnect(string connectionId, int attachment, FeedPosition confirmed, bool closedByPeer)
    {
        if (_connections.Find(connectionId) is { } connection && connection.Attachment == attachment)
        {
            if (closedByPeer)
                _connections.EndPresence(connection);
            _connections.Detach(connection, confirmed, Now());
            _ = Settled();
        }
        return Task.CompletedTask;
    }

    public Task Answered(string connectionId, int attachment)
    {
        if (_connections.Find(connectionId) is { } connection && connection.Attachment == attachment)
            connection.EndProbe();
        return Task.CompletedTask;
    }

    public async Task<StorageResult<JoinedConnection>> Join(string connectionId, ReadOnlyMemory<byte> data, int? keyVersion, VerifiedIdentity? identity)
    {
        StorageResult<JoinedConnection> result;
        if (((await Ruled()).RefuseKeyVersion(keyVersion) ?? Rules.RefusePresence(data, keyVersion)) is { } refusal)
        {
            result = refusal;
        }
        else if (_connections.Find(connectionId) is not { GatewayId: not null } connection)
        {
            result = new StorageError(StorageErrorCode.UnknownConnection, "The object does not know this connection.");
        }
        else
        {
            connection.Identity = identity ?? connection.Identity;
            result = connection.Joined = new(ConnectionId.PublicPart(connectionId), connection.Joined?.JoinedAt ?? Now(), data, keyVersion);
            _gate.Announce(new PresenceJoined(connection.Joined));
        }
        await Settled();
        return Counted("join", result, result.Error);
    }

    public async Task Leave(string connectionId)
    {
        if (_connections.Find(connectionId) is { } connection)
            _connections.EndPresence(connection);
        await Settled();
        Counted("leave", true);
    }

    public async Task<CatchUp> Renew(GatewayLease lease)
    {
        ImmutableArray<ObjectEvent>? missed;
        LookBack.Glance glance;
        do
        {
            var state = await Loaded();
            glance = _lookBack.Take(lease.Position, state, Now());
            await _gate.Settle();
        }
        while (!_lookBack.TryTell(lease.Position, glance, out missed));
        var missedUntil = Position;
        foreach (var returned in _connections.Renew(lease.GatewayId, lease.Connections, Now()))
            _gate.Announce(new PresenceJoined(returned));
        _ = Settled();
        return new(missedUntil, missed ?? [], Complete: missed is not null);
    }

    private ConnectionGrant Grant(string connectionId, bool resumed, ImmutableArray<ObjectEvent> missed, ConnectionRequest request)
    {
        var connection = _connections.Attach(connectionId, request.Principal, request.GatewayId, Now());
        // A resumed one keeps its old place until its peer confirms what it missed.
        if (!resumed)
            connection.Confirmed = Position;
        ArmTimer();
        return new(connectionId, resumed, Position, missed, connection.Attachment, connection.Identity, connection.Joined);
    }

    /// <summary>Waits until the gateway that still holds a connection has found its peer dead or alive, or the probe's time is over.</summary>
    private async Task Probed(Connection connection)
    {
        if (connection.GatewayId is not { } gateway)
            return;
        connection.Probe ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = connection.Probe.Task;
        _notices!.Tell(gateway, new ConnectionProbe(_id.ToString(), connection.Id, connection.Attachment));
        await ended.WaitAsync(ProbeTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
