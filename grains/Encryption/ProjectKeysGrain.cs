using System.Collections.Immutable;
using System.Security.Cryptography;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Encryption;

/// <summary>The keys of a project, kept in grain storage as the master key has wrapped them.</summary>
/// <remarks>
/// The value that is answered changes only after the store has it; <see cref="Get"/> interleaves with calls that wait for a vault
/// and sees either the old ring or the new one.
/// </remarks>
[GrainType("vaultrice.project-keys")]
internal sealed class ProjectKeysGrain(
    [PersistentState("project-keys")] IPersistentState<ProjectKeysState> keys,
    MasterKeys master,
    IObjectStore store,
    TimeProvider time) : Grain, IProjectKeysGrain
{
    /// <summary>
    /// How long a key stays after it ceased to be current: far longer than it takes from asking for the current key to having
    /// something stored that it has wrapped (see <see cref="ObjectSeal"/>).
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private string Id => this.GetPrimaryKeyString();

    /// <summary>What the store has, never what is on its way there.</summary>
    private ProjectKeyRing Ring { get; set; } = ProjectKeyRing.Empty;

    private IMasterKeyGrain MasterKey => GrainFactory.GetGrain<IMasterKeyGrain>(0);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Ring = keys.State.Ring;
        return Task.CompletedTask;
    }

    public Task<ProjectKeyRing> Get() => Task.FromResult(Ring);

    public async Task<StorageResult<ProjectKeyRing>> GetOrCreate() => Ring.Current > 0 ? Ring : await Rotate();

    public async Task<StorageResult<ProjectKeyRing>> Rotate()
    {
        if (Ring.IsShredded)
            return Shredded;
        var masterKeyId = await MasterKey.Promise(Id);
        var key = KeyWrap.NewKey();
        try
        {
            var wrapped = await master.Wrap(masterKeyId, key);
            var version = Ring.Keys.Select(known => known.Version).DefaultIfEmpty(0).Max() + 1;
            await Store(Ring with { Current = version, CurrentSince = Now, Keys = Ring.Keys.Add(new(version, wrapped.MasterKeyId, wrapped.Bytes, Now)) });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
        await Report();
        return Ring;
    }

    public async Task<StorageResult<ProjectKeyRing>> MakeCurrent(int version)
    {
        if (Ring.Find(version) is null)
            return Unknown;
        if (Ring.Current != version)
            await Store(Ring with { Current = version, CurrentSince = Now });
        return Ring;
    }

    public async Task<StorageResult<ProjectKeyRing>> Drop(int version)
    {
        if (Ring.Find(version) is null)
        {
            // Maybe it was dropped before, and could not be got out of the engine's files.
            await store.Purge();
            return Unknown;
        }
        if (Ring.Current == version)
            return new StorageError(StorageErrorCode.StillInUse, "This key is the current one: rotate first, or make another one current.");
        var since = Ring.CurrentSince + (long)Overlap.TotalMilliseconds;
        var walks = await GrainFactory.GetGrain<IReencryptionGrain>(Id).Get();
        if (walks.FirstOrDefault(walk => walk is { Kind: ReencryptionKind.Rewrap, Class: null, EndedAt: not null }) is not { } last || last.StartedAt < since)
        {
            return new StorageError(
                StorageErrorCode.StillInUse,
                $"Objects may still use this key: have all keys wrapped anew (POST …/encryption/rewrap), not before {DateTimeOffset.FromUnixTimeMilliseconds(since):u}, and wait until that has ended.");
        }
        if (last.Failed > 0)
            return new StorageError(StorageErrorCode.StillInUse, $"Objects may still use this key: {last.Failed} could not be done, the first one {last.FirstFailure}");
        if (last.ProjectKeys.Contains(version))
            return new StorageError(StorageErrorCode.StillInUse, "Objects still use this key: have all keys wrapped anew (POST …/encryption/rewrap), and wait until that has ended.");
        await Store(Ring with { Keys = Ring.Keys.RemoveAll(key => key.Version == version) });
        await Report();
        await store.Purge();
        return Ring;
    }

    public async Task<int> Rewrap(string masterKeyId)
    {
        var rewrapped = ImmutableArray.CreateBuilder<WrappedProjectKey>(Ring.Keys.Length);
        foreach (var key in Ring.Keys)
        {
            if (key.MasterKeyId == masterKeyId)
            {
                rewrapped.Add(key);
                continue;
            }
            var wrapped = await master.Rewrap(new(key.MasterKeyId, key.Wrapped), masterKeyId);
            rewrapped.Add(key with { MasterKeyId = wrapped.MasterKeyId, Wrapped = wrapped.Bytes });
        }
        var changed = Ring.Keys.Count(key => key.MasterKeyId != masterKeyId);
        if (changed > 0)
            await Store(Ring with { Keys = rewrapped.ToImmutable() });
        await Report();
        return changed;
    }

    public async Task Shred()
    {
        if (!Ring.IsShredded)
            await Store(ProjectKeyRing.Empty with { IsShredded = true });
        await Report();
        await store.Purge();
        // Whoever has unwrapped a key of the project forgets it.
        await GrainFactory.GetGrain<IProjectChangesGrain>(0).Publish(Id);
    }

    private static StorageError Shredded => new(StorageErrorCode.UnknownResource, "The keys of this project were deleted for good.");

    private static StorageError Unknown => new(StorageErrorCode.UnknownResource, "There is no key of this version.");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task Report() => MasterKey.Report(Id, [.. Ring.Keys.Select(key => key.MasterKeyId).Distinct()]);

    private async Task Store(ProjectKeyRing ring)
    {
        keys.State = new() { Ring = ring };
        try
        {
            await keys.WriteStateAsync();
        }
        catch
        {
            // It may have been stored or not: the next activation reads which.
            DeactivateOnIdle();
            throw;
        }
        Ring = ring;
    }
}

/// <summary>What is stored of a project's keys.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectKeysState")]
internal sealed class ProjectKeysState
{
    [Id(0)]
    public ProjectKeyRing Ring { get; set; } = ProjectKeyRing.Empty;
}
