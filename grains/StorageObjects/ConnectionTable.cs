using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// Who listens to one object: its connections, live and lost, and the gateways that hold the live ones.
/// In memory only: after a reactivation the gateways state their connections anew (see <see cref="GatewayLease"/>).
/// </summary>
/// <param name="options">The server's settings.</param>
/// <param name="rules">What the object's class asks at this moment.</param>
/// <param name="left">Told of each whose presence ends.</param>
internal sealed class ConnectionTable(StorageObjectOptions options, Func<ClassRules> rules, Action<JoinedConnection> left)
{
    private readonly Dictionary<string, Connection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GatewayEntry> _gateways = new(StringComparer.Ordinal);
    // The lost ones, those that are still present and those that are not, each in the order in which they came to be so.
    private readonly LinkedList<Connection> _lostPresent = [];
    private readonly LinkedList<Connection> _lostAbsent = [];
    private int _live;

    /// <summary>Whether anybody listens or may come back to.</summary>
    public bool IsEmpty => _connections.Count == 0;

    public bool IsFull => _live >= rules().ObjectConnections;

    /// <summary>How many have a socket at present.</summary>
    public int LiveCount => _live;

    public IEnumerable<Connection> All => _connections.Values;

    /// <summary>The gateways with live connections.</summary>
    public IReadOnlyCollection<string> Gateways => _gateways.Keys;

    /// <summary>When <see cref="CollectDue"/> has something to do, in ms since the Unix epoch; may be too early, never too late.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    public Connection? Find(string connectionId) => _connections.GetValueOrDefault(connectionId);

    public IEnumerable<JoinedConnection> Joined =>
        _connections.Values.Where(c => c.Joined is not null).Select(c => c.Joined!).OrderBy(j => j.JoinedAt);

    /// <summary>Makes a connection live at a gateway: a new one, or a lost one that is taken up again.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="principal">Who opens it.</param>
    /// <param name="gatewayId">The gateway.</param>
    /// <param name="now">In ms since the Unix epoch.</param>
    /// <param name="attachment">The attachment that the gateway still holds; null for a new one.</param>
    public Connection Attach(string connectionId, string principal, string gatewayId, long now, int? attachment = null)
    {
        if (!_connections.TryGetValue(connectionId, out var connection))
            _connections[connectionId] = connection = new(connectionId, principal);
        else if (connection.GatewayId is { } before)
            Release(connection, before);
        else
            TakeFromLost(connection);
        connection.GatewayId = gatewayId;
        connection.Attachment = attachment ?? connection.Attachment + 1;
        connection.AttachedAt = now;
        connection.LeaveAt = long.MaxValue;
        _live++;
        Gateway(gatewayId, now).Live++;
        return connection;
    }

    /// <summary>A connection's socket is gone; it can be taken up again within the resume window.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="confirmed">Up to where its peer is known to have received everything; default when nothing new is known.</param>
    /// <param name="now">In ms since the Unix epoch.</param>
    public void Detach(Connection connection, FeedPosition confirmed, long now)
    {
        if (connection.GatewayId is not { } gatewayId)
            return;
        Release(connection, gatewayId);
        if (confirmed != default)
            connection.Confirmed = confirmed;
        connection.ForgetAt = now + rules().ResumeWindow;
        connection.LeaveAt = connection.Joined is null ? long.MaxValue : now + rules().PresenceGrace;
        NextDue = Math.Min(NextDue, Math.Min(connection.ForgetAt, connection.LeaveAt));
        KeepLost(connection);
    }

    /// <summary>Ends a connection's presence, if it is present, and tells of it.</summary>
    public void EndPresence(Connection connection)
    {
        if (connection.Joined is not { } joined)
            return;
        connection.Joined = null;
        connection.LeaveAt = long.MaxValue;
        left(joined);
        if (connection.GatewayId is null)
        {
            TakeFromLost(connection);
            KeepLost(connection);
        }
    }

    /// <summary>A gateway is alive and holds just these connections, but for those it was given a moment ago.</summary>
    /// <returns>Who is present again, having been told to have left.</returns>
    public IReadOnlyList<JoinedConnection> Renew(string gatewayId, ImmutableArray<HeldConnection> held, long now)
    {
        List<JoinedConnection> returned = [];
        foreach (var one in held)
        {
            var connection = _connections.GetValueOrDefault(one.ConnectionId);
            // Held as known, or given out again since the gateway wrote this.
            if (connection?.GatewayId == gatewayId || connection?.Attachment > one.Attachment)
                continue;
            if (connection is { Joined: null } && one.Joined is not null)
                returned.Add(one.Joined);
            // Only for one this activation did not hold: what the gateway knew of the others may be older than their leaving.
            connection = Attach(one.ConnectionId, one.Principal, gatewayId, now, one.Attachment);
            connection.Joined ??= one.Joined;
            connection.Identity ??= one.Identity;
        }
        var ids = held.Select(h => h.ConnectionId).ToHashSet(StringComparer.Ordinal);
        var givenBefore = now - (long)options.GatewayLease.TotalMilliseconds / 3;
        foreach (var connection in _connections.Values.Where(c => c.GatewayId == gatewayId && c.AttachedAt < givenBefore && !ids.Contains(c.Id)).ToArray())
            Detach(connection, default, now);
        if (_gateways.TryGetValue(gatewayId, out var gateway))
            gateway.LeaseEnd = now + (long)options.GatewayLease.TotalMilliseconds;
        return returned;
    }

    /// <summary>Detaches what dead gateways held, ends presence past its grace, and forgets lost connections past their window.</summary>
    public void CollectDue(long now)
    {
        if (now < NextDue)
            return;
        foreach (var (gatewayId, gateway) in _gateways.Where(g => g.Value.LeaseEnd <= now).ToArray())
        {
            foreach (var connection in _connections.Values.Where(c => c.GatewayId == gatewayId).ToArray())
                Detach(connection, default, now);
        }
        NextDue = long.MaxValue;
        foreach (var connection in _lostPresent.Where(c => c.LeaveAt <= now || c.ForgetAt <= now).ToArray())
            EndPresence(connection);
        foreach (var connection in _lostAbsent.Where(c => c.ForgetAt <= now).ToArray())
            Forget(connection);
        foreach (var connection in _lostPresent.Concat(_lostAbsent))
            NextDue = Math.Min(NextDue, Math.Min(connection.ForgetAt, connection.LeaveAt));
        foreach (var gateway in _gateways.Values)
            NextDue = Math.Min(NextDue, gateway.LeaseEnd);
    }

    /// <summary>Takes a connection from its gateway; where it goes then is up to the caller.</summary>
    private void Release(Connection connection, string gatewayId)
    {
        connection.GatewayId = null;
        _live--;
        if (_gateways.TryGetValue(gatewayId, out var gateway) && --gateway.Live == 0)
            _gateways.Remove(gatewayId);
        connection.EndProbe();
    }

    private GatewayEntry Gateway(string gatewayId, long now)
    {
        if (!_gateways.TryGetValue(gatewayId, out var gateway))
            _gateways[gatewayId] = gateway = new();
        gateway.LeaseEnd = now + (long)options.GatewayLease.TotalMilliseconds;
        NextDue = Math.Min(NextDue, gateway.LeaseEnd);
        return gateway;
    }

    /// <summary>
    /// Lost connections are bounded like live ones: of too many that are present the longest lost leaves before its grace is over,
    /// and of too many others the longest lost is forgotten. So whoever joins and breaks off fills neither the presence list nor the
    /// places of those who only want to resume.
    /// </summary>
    private void KeepLost(Connection connection)
    {
        connection.Lost = (connection.Joined is null ? _lostAbsent : _lostPresent).AddLast(connection);
        while (_lostPresent.Count > rules().ObjectConnections)
            EndPresence(_lostPresent.First!.Value);
        while (_lostAbsent.Count > rules().ObjectConnections)
            Forget(_lostAbsent.First!.Value);
    }

    private static void TakeFromLost(Connection connection)
    {
        connection.Lost!.List!.Remove(connection.Lost);
        connection.Lost = null;
    }

    private void Forget(Connection connection)
    {
        TakeFromLost(connection);
        _connections.Remove(connection.Id);
    }

    private sealed class GatewayEntry
    {
        public int Live { get; set; }

        public long LeaseEnd { get; set; }
    }
}

/// <summary>One client's connection to an object, which outlives its socket for the resume window.</summary>
internal sealed class Connection(string id, string principal)
{
    public string Id => id;

    /// <summary>Who opened it; only the same principal may resume it.</summary>
    public string Principal => principal;

    /// <summary>The gateway that holds its socket; null while it is lost.</summary>
    public string? GatewayId { get; set; }

    /// <summary>How often it was given out.</summary>
    public int Attachment { get; set; }

    /// <summary>When the gateway was given it, in ms since the Unix epoch.</summary>
    public long AttachedAt { get; set; }

    public JoinedConnection? Joined { get; set; }

    /// <summary>Who its client has proved to be. A goodbye to the presence list does not change that.</summary>
    public VerifiedIdentity? Identity { get; set; }

    /// <summary>Up to where its peer is known to have received everything.</summary>
    public FeedPosition Confirmed { get; set; }

    /// <summary>While lost: when it can no longer be resumed, in ms since the Unix epoch.</summary>
    public long ForgetAt { get; set; } = long.MaxValue;

    /// <summary>While lost: when it leaves the presence list, in ms since the Unix epoch.</summary>
    public long LeaveAt { get; set; } = long.MaxValue;

    /// <summary>While lost: its place among the lost ones.</summary>
    public LinkedListNode<Connection>? Lost { get; set; }

    /// <summary>
    /// Somebody waits for the gateway to give the socket up, or to hear from its peer; to go on in a turn of its own, for it may
    /// take the connection up again.
    /// </summary>
    public TaskCompletionSource? Probe { get; set; }

    public void EndProbe()
    {
        Probe?.TrySetResult();
        Probe = null;
    }
}
