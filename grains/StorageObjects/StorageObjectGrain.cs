using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Vaultrice.Encryption;
using Vaultrice.Gateways;
using Vaultrice.Grains.Encryption;
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

    private static readonly StorageError NoEncryptionYet = new(
        StorageErrorCode.PermissionDenied, "The object has no encryption settings yet: the first ones are made for whoever has the permission write.");

    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly ClassRulesSource _rules;
    private readonly ProjectKeys _keys;
    private readonly LocalObjects _localObjects;
    private readonly StorageObjectOptions _options;
    private readonly ILogger<StorageObjectGrain> _logger;
    private readonly CommitGate _gate;
    private readonly ConnectionTable _connections;
    private readonly EventRing _ring;
    private readonly LookBack _lookBack;
    private readonly long _epoch = RandomNumberGenerator.GetInt32(int.MaxValue) + 1L;

    private string _key = "";
    private bool _isEnding;
    private int _callsHere;
    private TaskCompletionSource? _wereCalledHere;
    private StorageObjectId _id;
    private ObjectClass? _class;
    private ObjectSeal? _seal;
    private GatewayNotices? _notices;
    private volatile StorageObjectState? _state;
    private Task<StorageObjectState>? _loading;
    private bool _wasLoaded;
    private long _announcedRevision;
    private IGrainTimer? _timer;
    private long _timerDue = long.MaxValue;

    public StorageObjectGrain(
        IObjectStore store,
        TimeProvider time,
        ClassRulesSource rules,
        ProjectKeys keys,
        LocalObjects localObjects,
        IOptions<StorageObjectOptions> options,
        ILogger<StorageObjectGrain> logger)
    {
        _store = store;
        _time = time;
        _rules = rules;
        _keys = keys;
        _localObjects = localObjects;
        _options = options.Value;
        _logger = logger;
        _gate = new(Commit, AnnounceBatch, CommitFailed);
        _connections = new(_options, () => Rules, left => _gate.Announce(new PresenceLeft(left)));
        _ring = new(_options.ResumeEvents, _options.ResumeBytes);
        _lookBack = new(_epoch, _ring, _gate);
    }

    /// <summary>What the object's class asks of it at this moment.</summary>
    private ClassRules Rules => _class!.Rules;

    private FeedPosition Position => new(_epoch, _ring.LastSequence, _announcedRevision);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = this.GetPrimaryKeyString();
        _id = StorageObjectId.Parse(_key);
        _notices = new(this.GetStreamProvider(StreamNames.Provider), _logger);
        _class = await ObjectClass.Load(_rules, _id.ProjectId, _id.Class);
        _seal = new(_id, _store, _keys, _time);
        try
        {
            await Reload(cancellationToken);
            ArmTimer();
        }
        catch (Exception e) when (e is KeysUnavailableException or ObjectStoreException)
        {
            // Each call tries again and is told why; those that need nothing of what is stored can do without.
            LogLoadFailed(e, _id.Class);
        }
        _localObjects.Enter(_key, this);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isEnding = true;
        _localObjects.Leave(_key, this);
        // Orleans has waited for those who came by messages; the others must not change what another activation has loaded.
        if (_callsHere > 0)
            await (_wereCalledHere = new()).Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _gate.Settle().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var gateway in _connections.Gateways)
            _notices!.Tell(gateway, new ObjectDeactivated(_id.ToString()));
        _seal?.Close();
    }

    /// <summary>Finds an item, on any thread; false if that takes a call.</summary>
    public bool TryReadSettled(string name, long now, out Item? item)
    {
        item = null;
        return _state is { } state && state.TryFindSettled(name, now, out item);
    }

    /// <summary>Carries out a call that came without a message, on the grain's scheduler; where this activation ends, another answers.</summary>
    public async Task<T> CallHere<T>(Func<IStorageObjectGrain, ValueTask<T>> call)
    {
        if (_isEnding)
            return await call(this.AsReference<IStorageObjectGrain>());
        _callsHere++;
        try
        {
            return await call(this);
        }
        finally
        {
            if (--_callsHere == 0)
                _wereCalledHere?.SetResult();
        }
    }

    public async ValueTask<Item?> Get(string name)
    {
        var (state, now) = (await Loaded(), Now());
        var item = state.Find(name, now);
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
        var result = (await Ruled()).Set(name, write, Now());
        await Settled();
        return Counted("set", result, result.Error);
    }

    public async ValueTask<StorageResult<ImmutableArray<NamedItem>>> SetMany(ImmutableArray<NamedWrite> writes)
    {
        var result = (await Ruled()).SetMany(writes, Now());
        await Settled();
        return Counted("set-many", result, result.Error);
    }

    public async ValueTask<StorageResult<Item>> Apply(string name, AtomicOperation operation)
    {
        var result = (await Ruled()).Apply(name, operation, Now());
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

    public async Task<StorageResult<EncryptionSettingsHistory>> GetEncryption(int? saltLength, bool mayMake)
    {
        var state = await Loaded();
        if (mayMake && state.Encryption is null)
            state = await Ruled();
        var settings = mayMake || state.Encryption is not null ? state.EnsureEncryption(saltLength ?? DefaultSaltLength, Now()) : NoEncryptionYet;
        await Settled();
        return Counted("encryption", settings, settings.Error);
    }

    public async Task<StorageResult<EncryptionSettingsHistory>> RotateEncryption(int? saltLength)
    {
        var settings = (await Ruled()).Rotate(saltLength ?? DefaultSaltLength, Now());
        await Settled();
        return Counted("rotate-encryption", settings, settings.Error);
    }

    private ValueTask<StorageObjectState> Loaded() => _state is { } state ? new(state) : new(_loading is { IsCompleted: false } ? _loading : _loading = Reload());

    /// <summary>The state, for what the class's rules decide about: by the rules that the silo has heard of.</summary>
    private ValueTask<StorageObjectState> Ruled() => _class!.IsCurrent ? Loaded() : new(RefreshedAndLoaded());

    private async Task<StorageObjectState> RefreshedAndLoaded()
    {
        await _class!.Refresh();
        return await Loaded();
    }

    /// <summary>At the start, and after a failed commit: back to what the store holds, and tell of changes that were stored without our knowing.</summary>
    private async Task<StorageObjectState> Reload(CancellationToken cancellationToken = default)
    {
        var state = new StorageObjectState(await _seal!.Load(cancellationToken), _gate, _class!, _options, Now());
        if (!_wasLoaded)
            _announcedRevision = state.Revision;
        else if (state.ChangedSince(_announcedRevision, Now()) is { } changes)
            Publish(changes, state.Revision);
        _wasLoaded = true;
        return _state = state;
    }

    private async Task Commit(CommitBatch batch)
    {
        using var activity = Diagnostics.ActivitySource.StartActivity("vaultrice.object.commit");
        activity?.SetTag("vaultrice.class", _id.Class).SetTag("vaultrice.records", batch.Records.Count);
        // Let in before a change of the rules or not: what is stored from now on is sealed if they say so.
        if (!_class!.IsCurrent && batch.Records.Values.Any(record => record.Item is not null))
            await _class.Refresh();
        if (batch.StartsAnew)
            _seal!.StartAnew();
        await _seal!.Commit(new(batch.Revision, batch.Records.Values, batch.Encryption, (_state ?? _emptying)!.NextExpiry), Rules.IsSealed);
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
            _connections.CollectDue(Now());
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

    [LoggerMessage(3, LogLevel.Error, "An object of class {Class} could not be loaded; its callers are told, and each call tries again.")]
    private partial void LogLoadFailed(Exception cause, string @class);

    [LoggerMessage(2, LogLevel.Warning, "An object could not attend to its expired items; it tries again in a second.")]
    private partial void LogTickFailed(Exception cause);
}
