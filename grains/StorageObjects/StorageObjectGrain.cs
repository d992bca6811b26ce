using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Vaultrice.Gateways;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>A storage object: its items in memory, its commit gate, and those who listen.</summary>
/// <remarks>
/// Reentrant, so that a hot object commits in groups: an operation changes memory in one turn without awaiting anything
/// between its first look and its last change, then waits at the gate. Invariant: nothing leaves the grain, answer, refusal
/// or event, before everything it was derived from is durable.
/// </remarks>
[Reentrant]
[GrainType("vaultrice.storage-object")]
internal sealed partial class StorageObjectGrain : Grain, IStorageObjectGrain
{
    private const int DefaultSaltLength = 16;

    /// <summary>How long a gateway may take to find out whether the old socket of a resumed connection still answers.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly ObjectLimits _limits;
    private readonly StorageObjectOptions _options;
    private readonly ILogger<StorageObjectGrain> _logger;
    private readonly CommitGate _gate;
    private readonly ConnectionTable _connections;
    private readonly EventRing _ring;
    private readonly LookBack _lookBack;
    private readonly long _epoch = RandomNumberGenerator.GetInt32(int.MaxValue) + 1L;

    private StorageObjectId _id;
    private GatewayNotices? _notices;
    private StorageObjectState? _state;
    private Task<StorageObjectState>? _loading;
    private long _announcedRevision;
    private IGrainTimer? _timer;
    private long _timerDue = long.MaxValue;

    public StorageObjectGrain(
        IObjectStore store,
        TimeProvider time,
        IOptions<ObjectLimits> limits,
        IOptions<StorageObjectOptions> options,
        ILogger<StorageObjectGrain> logger)
    {
        _store = store;
        _time = time;
        _limits = limits.Value;
        _options = options.Value;
        _logger = logger;
        _gate = new(Commit, AnnounceBatch, CommitFailed);
        _connections = new(_options, _limits.ObjectConnections);
        _ring = new(_options.ResumeEvents, _options.ResumeBytes);
        _lookBack = new(_epoch, _ring, _gate);
    }

    private FeedPosition Position => new(_epoch, _ring.LastSequence, _announcedRevision);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = StorageObjectId.Parse(this.GetPrimaryKeyString());
        _notices = new(this.GetStreamProvider(StreamNames.Provider), _logger);
        _state = await Load(cancellationToken);
        _announcedRevision = _state.Revision;
        ArmTimer();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _gate.Settle().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var gateway in _connections.Gateways)
            _notices!.Tell(gateway, new ObjectDeactivated(_id.ToString()));
    }

    public async ValueTask<Item?> Get(string name)
    {
        var item = (await Loaded()).Find(name, Now());
        await _gate.Settle();
        return Counted("get", item);
    }

    public async ValueTask<ImmutableArray<NamedItem>> GetMany(ImmutableArray<string> names)
    {
        var (state, now) = (await Loaded(), Now());
        ImmutableArray<NamedItem> items =
            [.. names.Distinct().Select(name => new NamedItem(name, state.Find(name, now)!)).Where(item => item.Item is not null)];
        await _gate.Settle();
        return Counted("get-many", items);
    }

    public async ValueTask<ImmutableArray<NamedItem>> GetAll(string? prefix)
    {
        var items = (await Loaded()).FindAll(prefix, Now());
        await _gate.Settle();
        return Counted("get-all", items);
    }

    public async ValueTask<ImmutableArray<string>> GetKeys(string? prefix)
    {
        ImmutableArray<string> names = [.. (await Loaded()).FindAll(prefix, Now()).Select(item => item.Name)];
        await _gate.Settle();
        return Counted("keys", names);
    }

    public async ValueTask<StorageResult<Item>> Set(string name, ItemWrite write)
    {
        var result = (await Loaded()).Set(name, write, Now());
        await Settled();
        return Counted("set", result, result.Error);
    }

    public async ValueTask<StorageResult<ImmutableArray<NamedItem>>> SetMany(ImmutableArray<NamedWrite> writes)
    {
        var result = (await Loaded()).SetMany(writes, Now());
        await Settled();
        return Counted("set-many", result, result.Error);
    }

    public async ValueTask<StorageResult<Item>> Apply(string name, AtomicOperation operation)
    {
        var result = (await Loaded()).Apply(name, operation, Now());
        await Settled();
        return Counted("atomic", result, result.Error);
    }

    public async Task Remove(ImmutableArray<string> names)
    {
        (await Loaded()).Remove(names, Now());
        await Settled();
        Counted("remove", true);
    }

    public async Task Clear()
    {
        (await Loaded()).Clear(Now());
        await Settled();
        Counted("clear", true);
    }

    public async Task<EncryptionSettingsHistory> GetEncryption(int? saltLength)
    {
        var settings = (await Loaded()).EnsureEncryption(saltLength ?? DefaultSaltLength, Now());
        await Settled();
        return Counted("encryption", settings);
    }

    public async Task<EncryptionSettingsHistory> RotateEncryption(int? saltLength)
    {
        var settings = (await Loaded()).Rotate(saltLength ?? DefaultSaltLength, Now());
        await Settled();
        return Counted("rotate-encryption", settings);
    }

    public async Task<StorageError?> Send(MessageSent message)
    {
        var refusal = (await Loaded()).RefuseKeyVersion(message.KeyVersion);
        if (refusal is null)
            _gate.Announce(message);
        await Settled();
        return Counted("send", refusal, refusal);
    }

    public ValueTask<ImmutableArray<JoinedConnection>> GetPresence()
    {
        CollectDue();
        _ = Settled();
        return new(Counted<ImmutableArray<JoinedConnection>>("presence", [.. _connections.Joined]));
    }

    public async Task<StorageResult<ConnectionGrant>> Connect(ConnectionRequest request)
    {
        await Loaded();
        if (request.Resume is { } resume && _connections.Find(resume) is { } lost && lost.Principal == request.Principal)
        {
            await GivenUp(lost);
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
            return new StorageError(StorageErrorCode.TooManyConnections, $"An object may have at most {_limits.ObjectConnections} connections.");
        return Grant(Guid.NewGuid().ToString(), resumed: false, [], request);
    }

    public Task Disconnect(string connectionId, int attachment, FeedPosition confirmed, bool closedByPeer)
    {
        if (_connections.Find(connectionId) is { } connection && connection.Attachment == attachment)
        {
            _connections.Detach(connection, confirmed, Now());
            if (closedByPeer)
                EndPresence(connection);
            _ = Settled();
        }
        return Task.CompletedTask;
    }

    public async Task<StorageResult<JoinedConnection>> Join(string connectionId, ReadOnlyMemory<byte> data, int? keyVersion)
    {
        StorageResult<JoinedConnection> result;
        if ((await Loaded()).RefuseKeyVersion(keyVersion) is { } refusal)
        {
            result = refusal;
        }
        else if (_connections.Find(connectionId) is not { GatewayId: not null } connection)
        {
            result = new StorageError(StorageErrorCode.UnknownConnection, "The object does not know this connection.");
        }
        else
        {
            result = connection.Joined = new(connectionId, connection.Joined?.JoinedAt ?? Now(), data, keyVersion);
            _gate.Announce(new PresenceJoined(connection.Joined));
        }
        await Settled();
        return Counted("join", result, result.Error);
    }

    public async Task Leave(string connectionId)
    {
        if (_connections.Find(connectionId) is { } connection)
            EndPresence(connection);
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
        return new(connectionId, resumed, Position, missed, connection.Attachment);
    }

    /// <summary>Waits until the gateway that still holds a connection has found its peer dead, or the probe's time is over.</summary>
    private async Task GivenUp(Connection connection)
    {
        if (connection.GatewayId is not { } gateway)
            return;
        connection.Detached ??= new();
        var detached = connection.Detached.Task;
        _notices!.Tell(gateway, new ConnectionProbe(_id.ToString(), connection.Id, connection.Attachment));
        await detached.WaitAsync(ProbeTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private void EndPresence(Connection connection)
    {
        if (connection.Joined is not { } joined)
            return;
        connection.Joined = null;
        _gate.Announce(new PresenceLeft(joined));
    }

    private void CollectDue()
    {
        foreach (var left in _connections.CollectDue(Now()))
            _gate.Announce(new PresenceLeft(left));
    }

    private ValueTask<StorageObjectState> Loaded() => _state is { } state ? new(state) : new(_loading is { IsCompleted: false } ? _loading : _loading = Reload());

    private async Task<StorageObjectState> Load(CancellationToken cancellationToken) =>
        new(await _store.Load(_id, cancellationToken), _gate, _limits, _options, Now());

    /// <summary>After a failed commit: back to what the store holds, and tell of changes that were stored without our knowing.</summary>
    private async Task<StorageObjectState> Reload()
    {
        var state = await Load(CancellationToken.None);
        if (state.ChangedSince(_announcedRevision, Now()) is { } changes)
            Publish(changes, state.Revision);
        return _state = state;
    }

    private async Task Commit(CommitBatch batch)
    {
        using var activity = Diagnostics.ActivitySource.StartActivity("vaultrice.object.commit");
        activity?.SetTag("vaultrice.class", _id.Class).SetTag("vaultrice.records", batch.Records.Count);
        await _store.Commit(_id, new(batch.Revision, batch.Records.Values, batch.Encryption, _state!.NextExpiry));
    }

    private void AnnounceBatch(CommitBatch batch) => Publish(batch.Events, Math.Max(_announcedRevision, batch.Revision));

    private void CommitFailed(Exception cause)
    {
        LogCommitFailed(cause, _id.Class);
        _state?.Retire();
        _state = null;
        ArmTimer(Now() + 1000);
    }

    private void Publish(IReadOnlyCollection<ObjectEvent> events, long revision)
    {
        var from = Position;
        _announcedRevision = revision;
        if (events.Count == 0)
            return;
        var keep = !_connections.IsEmpty;
        foreach (var happened in events)
            _ring.Add(happened, keep);
        if (_connections.Gateways.Count == 0)
            return;
        var notice = new ObjectEventsNotice(_id.ToString(), from, revision, [.. events]);
        foreach (var gateway in _connections.Gateways)
            _notices!.Tell(gateway, notice);
    }

    /// <summary>Settles, and sees to it that what now expires first will be attended to.</summary>
    private Task Settled()
    {
        ArmTimer();
        return _gate.Settle();
    }

    private void ArmTimer() => ArmTimer(Math.Min(_state?.NextExpiry ?? long.MaxValue, _connections.NextDue));

    private void ArmTimer(long due)
    {
        if (due >= _timerDue)
            return;
        _timerDue = due;
        // Never more often than every 100 ms, so that many expiries in a row share a look at the items.
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(due - Now(), 100, (long)TimeSpan.FromDays(1).TotalMilliseconds));
        if (_timer is null)
            _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true });
        else
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        _timerDue = long.MaxValue;
        try
        {
            (await Loaded()).Expire(Now());
            CollectDue();
            if (_connections.IsEmpty)
                _ring.Clear();
            // Not awaited: a timer set anew during its tick starts to count when the tick ends, and the store may be slow.
            _ = Settled();
        }
        catch (Exception e)
        {
            LogTickFailed(e);
            ArmTimer(Now() + 1000);
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static T Counted<T>(string kind, T result, StorageError? refusal = null)
    {
        ObjectMetrics.Operation(kind, refusal);
        return result;
    }

    [LoggerMessage(1, LogLevel.Error, "A commit to an object of class {Class} failed; its callers were told, it is loaded again.")]
    private partial void LogCommitFailed(Exception cause, string @class);

    [LoggerMessage(2, LogLevel.Warning, "An object could not attend to its expired items; it tries again in a second.")]
    private partial void LogTickFailed(Exception cause);
}
