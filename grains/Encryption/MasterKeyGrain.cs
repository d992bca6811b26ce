using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Encryption;

/// <summary>Which master key wraps what, kept in grain storage; a rotation goes on in the background, project by project.</summary>
/// <remarks>
/// Reentrant, since projects report while a rotation or a question to a vault waits. Invariant: every change of the state is made
/// in one turn on the latest state and then written, writes one after the other; a project is noted before anything of it is wrapped.
/// </remarks>
[Reentrant]
[GrainType("vaultrice.master-key")]
internal sealed partial class MasterKeyGrain(
    [PersistentState("master-key")] IPersistentState<MasterKeyState> state,
    MasterKeys master,
    IObjectStore store,
    TimeProvider time,
    ILogger<MasterKeyGrain> logger) : Grain, IMasterKeyGrain
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    /// <summary>What failed by itself mostly waits for somebody to put back a key.</summary>
    private static readonly TimeSpan TryFailedAgain = TimeSpan.FromMinutes(1);

    private readonly Turns _writes = new();
    private readonly IMasterKeyUser? _store = store as IMasterKeyUser;
    private IGrainTimer? _timer;
    private string? _waitsFor;

    private MasterKeyState State => state.State;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Continue(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    public async Task<MasterKeyReport> Get()
    {
        IReadOnlyList<string> held = [];
        try
        {
            held = await master.List();
        }
        catch (KeysUnavailableException e)
        {
            LogOutOfReach(e);
        }
        var store = await StoreKey();
        var used = State.Projects.Values.SelectMany(ids => ids).CountBy(id => id).ToDictionary();
        return new(
            master.Provider,
            State.Pinned ?? (held is [.., var newest] ? newest : null),
            [.. held.Concat(used.Keys.Order(StringComparer.Ordinal)).Append(store ?? "").Where(id => id.Length > 0).Distinct()
                .Select(id => new MasterKeyUse(id, id == store, used.GetValueOrDefault(id)))],
            State.Rotation is { } rotation ? rotation with { ProjectsLeft = State.Left.Count, WaitsFor = _waitsFor } : null);
    }

    public async Task<StorageResult<MasterKeyReport>> Rotate() => await Begin(await master.Renew(), isPinned: false);

    public async Task<StorageResult<MasterKeyReport>> MakeCurrent(string masterKeyId)
    {
        if (!(await Get()).Keys.Any(key => key.Id == masterKeyId))
            return Unknown;
        return await Begin(masterKeyId, isPinned: true);
    }

    public async Task<StorageResult<MasterKeyReport>> Drop(string masterKeyId)
    {
        var report = await Get();
        if (report.Keys.FirstOrDefault(key => key.Id == masterKeyId) is not { } key)
        {
            // Maybe it was dropped before, and what it had wrapped could not be got out of the engine's files.
            await store.Purge();
            return Unknown;
        }
        if (report.Current is null)
            throw new KeysUnavailableException("Which master key wraps at present is not known.");
        if (report.Current == masterKeyId)
            return InUse("This key is the current one: rotate first, or make another one current.");
        if (State.Rotation is { EndedAt: null })
            return InUse("A rotation is under way: wait until it has ended.");
        if (key.WrapsStore || key.Projects > 0)
            return InUse($"This key still wraps {(key.WrapsStore ? "the store's own key and " : "")}the keys of {key.Projects} projects: rotate first.");
        await master.Drop(masterKeyId);
        await store.Purge();
        return await Get();
    }

    public async Task<string?> Promise(string projectId)
    {
        var current = State.Pinned;
        // The newest, while a vault decides which that is, is noted when it has been used: nobody can drop what is current.
        if (current is null)
            current = master.Provider == FileMasterKeys.ProviderName ? await Newest() : null;
        if (current is not null && !State.Projects.GetValueOrDefault(projectId, []).Contains(current))
            await Write(() => State.Projects = State.Projects.SetItem(projectId, State.Projects.GetValueOrDefault(projectId, []).Add(current)));
        else if (!State.Projects.ContainsKey(projectId))
            await Write(() => State.Projects = State.Projects.SetItem(projectId, []));
        return current;
    }

    public async Task Report(string projectId, ImmutableArray<string> masterKeyIds)
    {
        if (masterKeyIds.IsEmpty ? !State.Projects.ContainsKey(projectId) : State.Projects.GetValueOrDefault(projectId, []).ToHashSet().SetEquals(masterKeyIds))
            return;
        await Write(() => State.Projects = masterKeyIds.IsEmpty ? State.Projects.Remove(projectId) : State.Projects.SetItem(projectId, masterKeyIds));
    }

    public Task Resume() => Task.CompletedTask;

    private static StorageError Unknown => new(StorageErrorCode.UnknownResource, "There is no such master key.");

    private static StorageError InUse(string message) => new(StorageErrorCode.StillInUse, message);

    private async Task<string?> StoreKey() => _store is null ? null : (await _store.ReadWrappedKey()).MasterKeyId;

    private async Task<string?> Newest() => (await master.List()) is [.., var newest] ? newest : null;

    private async Task<StorageResult<MasterKeyReport>> Begin(string to, bool isPinned)
    {
        await Write(() =>
        {
            State.Pinned = isPinned ? to : null;
            State.Rotation = new(to, Now, null, 0);
            State.Left = [.. State.Projects.Keys];
            _waitsFor = null;
        });
        LogBegun(to);
        Continue(TimeSpan.Zero);
        return await Get();
    }

    private void Continue(TimeSpan wait)
    {
        if (State.Rotation is not { EndedAt: null })
            return;
        var options = new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true };
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(Step, options);
    }

    /// <summary>Wraps anew what is left. A project that began to have keys since then was told of the new master key, or is noted as using the old one.</summary>
    private async Task Step(CancellationToken cancellationToken)
    {
        if (State.Rotation is not { EndedAt: null } rotation)
            return;
        try
        {
            var failure = await Attempt(rotation.To, "the store's own key", RewrapStore);
            foreach (var projectId in State.Left)
            {
                var failed = await Attempt(rotation.To, projectId, to => GrainFactory.GetGrain<IProjectKeysGrain>(projectId).Rewrap(to));
                if (State.Rotation != rotation)
                    return;
                failure ??= failed;
                if (failed is null)
                    State.Left = State.Left.Remove(projectId);
            }
            var done = rotation with { EndedAt = failure is null ? Now : null, FirstFailure = failure };
            if (done != rotation)
            {
                await Write(() =>
                {
                    if (State.Rotation == rotation)
                        (State.Rotation, _waitsFor) = (done, null);
                });
            }
            _waitsFor = null;
            if (failure is null)
                LogEnded(rotation.To);
            else
                Continue(TryFailedAgain);
        }
#pragma warning disable CA1031 // Whatever it was: what is left is tried again, until a vault or a store is back.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogInterrupted(e);
            _waitsFor = e.Message;
            Continue(TryAgain);
        }
    }

    private async Task RewrapStore(string masterKeyId)
    {
        if (_store is not null && await _store.ReadWrappedKey() is var wrapped && wrapped.MasterKeyId != masterKeyId)
            await _store.WriteWrappedKey(await master.Rewrap(wrapped, masterKeyId));
    }

    /// <summary>Has something wrapped anew; what cannot be done must not hold up the rest, unless the reason is that the new master key itself is away.</summary>
    /// <returns>What failed, or null.</returns>
    private async Task<string?> Attempt(string masterKeyId, string what, Func<string, Task> rewrap)
    {
        try
        {
            await rewrap(masterKeyId);
            return null;
        }
        catch (Exception e) when (e is ObjectStoreException or KeysUnavailableException)
        {
            // With the new one in reach, it is an old one that is missing; else everybody would be waited for in vain, one after the other.
            if (e is KeysUnavailableException)
                await master.Wrap(masterKeyId, KeyWrap.NewKey());
            LogFailed(what, e);
            return $"{what}: {e.Message}";
        }
    }

    private async Task Write(Action change)
    {
        await _writes.Take(async () =>
        {
            try
            {
                change();
                await state.WriteStateAsync();
                return true;
            }
            catch
            {
                // It may have been stored or not: the next activation reads which.
                DeactivateOnIdle();
                throw;
            }
        });
    }

    [LoggerMessage(1, LogLevel.Information, "The master key {MasterKeyId} wraps from now on; everything is wrapped anew with it.")]
    private partial void LogBegun(string masterKeyId);

    [LoggerMessage(2, LogLevel.Information, "Everything is wrapped by the master key {MasterKeyId}.")]
    private partial void LogEnded(string masterKeyId);

    [LoggerMessage(3, LogLevel.Warning, "Wrapping everything by another master key was interrupted; it goes on in a few seconds.")]
    private partial void LogInterrupted(Exception cause);

    [LoggerMessage(5, LogLevel.Warning, "Not yet wrapped by another master key, and tried again in a minute: {What}.")]
    private partial void LogFailed(string what, Exception cause);

    [LoggerMessage(4, LogLevel.Warning, "The master keys cannot be listed at present.")]
    private partial void LogOutOfReach(Exception cause);
}

/// <summary>What is stored of the master keys' use.</summary>
[GenerateSerializer, Alias("vaultrice.MasterKeyState")]
internal sealed class MasterKeyState
{
    /// <summary>An earlier key that was made current again; null for the newest.</summary>
    [Id(0)]
    public string? Pinned { get; set; }

    [Id(1)]
    public MasterKeyRotation? Rotation { get; set; }

    /// <summary>The projects that the rotation has still to do.</summary>
    [Id(2)]
    public ImmutableHashSet<string> Left { get; set; } = [];

    /// <summary>Which master keys wrap the keys of each project.</summary>
    [Id(3)]
    public ImmutableDictionary<string, ImmutableArray<string>> Projects { get; set; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;
}
