using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Encryption;

/// <summary>The walks of a project, kept in grain storage; a step is a portion of objects, noted when it is done.</summary>
[GrainType("vaultrice.reencryption")]
internal sealed partial class ReencryptionGrain(
    [PersistentState("reencryption")] IPersistentState<ReencryptionState> state,
    IObjectStore store,
    TimeProvider time,
    ILogger<ReencryptionGrain> logger) : Grain, IReencryptionGrain
{
    /// <summary>The most walks of a project that wait or go on: each step stores them all.</summary>
    public const int MostUnderWay = 20;

    /// <summary>How many that have ended can still be looked at.</summary>
    public const int EndedKept = 50;

    private const int Portion = 100;
    private const int AtOnce = 4;

    /// <summary>Settings act everywhere within a second; a walk looks at its first object when they do.</summary>
    private static readonly TimeSpan StartAfter = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    private ImmutableArray<ReencryptionWalk> _known = [];
    private string? _waitsFor;
    private IGrainTimer? _timer;

    private string Id => this.GetPrimaryKeyString();

    private static StorageError TooMany => new(
        StorageErrorCode.TooManyResources, $"At most {MostUnderWay} walks over the objects of a project can be under way: wait until one has ended.");

    /// <summary>The walk whose turn it is.</summary>
    private ReencryptionWalk? Next => _known.LastOrDefault(walk => walk.EndedAt is null);

    private IReencryptionsGrain All => GrainFactory.GetGrain<IReencryptionsGrain>(0);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _known = state.State.Walks;
        Continue(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<ReencryptionWalk>> Get() =>
        Task.FromResult(_waitsFor is not null && Next is { } next ? _known.Replace(next, next with { WaitsFor = _waitsFor }) : _known);

    public async Task<StorageResult<ReencryptionWalk>> Start(ReencryptionKind kind, string? @class)
    {
        // One that is under way may have passed what this is asked for; one that waits has not.
        if (_known.FirstOrDefault(walk => walk.Kind == kind && walk.Class == @class && walk is { EndedAt: null, Objects: 0, After: null }) is { } waiting)
            return waiting;
        var others = _known.RemoveAll(walk => walk.Kind == kind && walk.Class == @class);
        if (others.Count(walk => walk.EndedAt is null) >= MostUnderWay)
            return TooMany;
        await All.Begun(Id);
        var started = new ReencryptionWalk(kind, @class, time.GetUtcNow().ToUnixTimeMilliseconds(), ProjectKeys: []);
        await Store([started, .. others]);
        Continue(StartAfter);
        return started;
    }

    public async Task Forget()
    {
        _timer?.Dispose();
        await state.ClearStateAsync();
        _known = [];
        await All.Ended(Id);
    }

    private void Continue(TimeSpan wait)
    {
        if (_known.All(walk => walk.EndedAt is not null))
            return;
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(Step, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private async Task Step(CancellationToken cancellationToken)
    {
        if (Next is not { } walk)
            return;
        try
        {
            await Replace(walk, await Advance(walk, cancellationToken));
            _waitsFor = null;
            if (_known.All(known => known.EndedAt is not null))
                await All.Ended(Id);
            Continue(TimeSpan.Zero);
        }
#pragma warning disable CA1031 // Whatever it was: the portion is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogInterrupted(e);
            _waitsFor = Told(e);
            Continue(TryAgain);
        }
    }

    private async Task<ReencryptionWalk> Advance(ReencryptionWalk walk, CancellationToken cancellationToken)
    {
        if (walk.After is null)
            walk = walk with { ObjectsTotal = await Count(walk, cancellationToken) };
        var portion = await List(walk, walk.After, Portion, cancellationToken);
        var order = walk.Kind == ReencryptionKind.Apply ? ObjectKeysOrder.Apply : ObjectKeysOrder.Rewrap;
        foreach (var few in portion.Chunk(AtOnce))
        {
            foreach (var (id, done) in few.Select(id => (id, Carry(id, order))).ToArray())
                walk = Add(walk, id, await done);
        }
        return portion.Count < Portion
            ? walk with { EndedAt = time.GetUtcNow().ToUnixTimeMilliseconds() }
            : walk;
    }

    private async Task<(ObjectKeys? Keys, string? Failure)> Carry(StorageObjectId id, ObjectKeysOrder order)
    {
        try
        {
            var result = await GrainFactory.GetGrain<IStorageObjectGrain>(id.ToString()).ManageKeys(order, 0);
            return (result.Value, result.Error?.Message);
        }
        catch (Exception e) when (e is ObjectStoreException or TimeoutException)
        {
            // One object that cannot be read must not hold up the others; a vault that is away holds up all.
            LogFailed(e, id.Class);
            return (null, Told(e));
        }
    }

    /// <summary>What a tenant is told of a failure. Its own words are the operator's, and in the log: they name vaults, paths and keys.</summary>
    private static string Told(Exception failure) => failure switch
    {
        KeysUnavailableException => "The encryption keys are temporarily unavailable.",
        ObjectStoreException => "The store is not reachable, or what it holds cannot be read; the server's log says why.",
        TimeoutException => "The object is not reachable.",
        _ => "It met an unexpected failure.",
    };

    private static ReencryptionWalk Add(ReencryptionWalk walk, StorageObjectId id, (ObjectKeys? Keys, string? Failure) done) => done.Keys is { } keys
        ? walk with
        {
            After = id.ToString(),
            Objects = walk.Objects + 1,
            Items = walk.Items + keys.PlainItems + keys.Keys.Sum(key => key.Items),
            Changed = walk.Changed + keys.Changed,
            ProjectKeys = [.. walk.ProjectKeys.Union(keys.Keys.Select(key => key.ProjectKey)).Order()],
        }
        : walk with
        {
            After = id.ToString(),
            Objects = walk.Objects + 1,
            Failed = walk.Failed + 1,
            FirstFailure = walk.FirstFailure ?? $"{id.Class}/{id.Id}: {done.Failure}",
        };

    private async Task<long> Count(ReencryptionWalk walk, CancellationToken cancellationToken)
    {
        var count = 0L;
        string? after = null;
        while (await List(walk, after, 1000, cancellationToken) is { Count: > 0 } some)
        {
            count += some.Count;
            after = some[^1].ToString();
        }
        return count;
    }

    private Task<IReadOnlyList<StorageObjectId>> List(ReencryptionWalk walk, string? after, int count, CancellationToken cancellationToken) =>
        store.List(Id, walk.Class, null, after is null ? null : StorageObjectId.Parse(after), count, cancellationToken);

    private Task Replace(ReencryptionWalk walk, ReencryptionWalk by) => Store(_known.Replace(walk, by));

    private async Task Store(ImmutableArray<ReencryptionWalk> walks)
    {
        // Of rewraps there is one, and it tells whether a key can be dropped.
        walks = walks.RemoveRange(walks.Where(walk => walk is { Kind: ReencryptionKind.Apply, EndedAt: not null }).Skip(EndedKept));
        state.State = new() { Walks = walks };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // It may have been stored or not: the next activation reads which.
            DeactivateOnIdle();
            throw;
        }
        _known = walks;
    }

    [LoggerMessage(1, LogLevel.Warning, "A walk over the objects of a project was interrupted; it goes on in a few seconds.")]
    private partial void LogInterrupted(Exception cause);

    [LoggerMessage(2, LogLevel.Warning, "A walk could not do an object of class {Class}; it goes on with the next.")]
    private partial void LogFailed(Exception cause, string @class);
}

/// <summary>What is stored of a project's walks.</summary>
[GenerateSerializer, Alias("vaultrice.ReencryptionState")]
internal sealed class ReencryptionState
{
    [Id(0)]
    public ImmutableArray<ReencryptionWalk> Walks { get; set; } = [];
}
