using System.Collections.Immutable;

namespace Vaultrice.Encryption;

/// <summary>Which master key wraps, and what each of them has wrapped; the one grain has the key 0.</summary>
[Alias("vaultrice.IMasterKeyGrain")]
public interface IMasterKeyGrain : IGrainWithIntegerKey
{
    [Alias("Get")]
    Task<MasterKeyReport> Get();

    /// <summary>Makes a new key (or, in a vault, its newest version) the one that wraps, and wraps everything anew with it, in the background.</summary>
    /// <exception cref="KeysUnavailableException">The master key is out of reach.</exception>
    [Alias("Rotate")]
    Task<StorageResult<MasterKeyReport>> Rotate();

    /// <summary>Makes an earlier key, which was not dropped yet, the one that wraps, and wraps everything anew with it, in the background.</summary>
    [Alias("MakeCurrent")]
    Task<StorageResult<MasterKeyReport>> MakeCurrent(string masterKeyId);

    /// <summary>Drops a key that wraps nothing any more.</summary>
    [Alias("Drop")]
    Task<StorageResult<MasterKeyReport>> Drop(string masterKeyId);

    /// <summary>A project is about to have a key wrapped; noted before it happens.</summary>
    /// <returns>The master key to wrap with, with its version if that is already fixed; null for the newest.</returns>
    [Alias("Promise")]
    Task<string?> Promise(string projectId);

    /// <summary>A project's keys are wrapped by these master keys, and by no others.</summary>
    [Alias("Report")]
    Task Report(string projectId, ImmutableArray<string> masterKeyIds);

    /// <summary>Goes on with what a restart has interrupted.</summary>
    [Alias("Resume")]
    Task Resume();
}

/// <summary>The master keys.</summary>
/// <param name="Provider">Who holds them: <c>File</c> or <c>AzureKeyVault</c>.</param>
/// <param name="Current">The one that wraps; null while a vault that decides is out of reach.</param>
/// <param name="Keys">All that are held or in use.</param>
/// <param name="Rotation">The last rotation; null when there was none.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.MasterKeyReport")]
public sealed record MasterKeyReport(
    [property: Id(0)] string Provider,
    [property: Id(1)] string? Current,
    [property: Id(2)] ImmutableArray<MasterKeyUse> Keys,
    [property: Id(3)] MasterKeyRotation? Rotation);

/// <summary>What a master key has wrapped.</summary>
/// <param name="Id">The key, with its version.</param>
/// <param name="WrapsStore">Whether the store's own key is wrapped by it.</param>
/// <param name="Projects">How many projects have keys that are wrapped by it.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.MasterKeyUse")]
public sealed record MasterKeyUse(
    [property: Id(0)] string Id,
    [property: Id(1)] bool WrapsStore,
    [property: Id(2)] int Projects);

/// <summary>How far a rotation of the master key is.</summary>
/// <param name="To">The key that wraps from now on.</param>
/// <param name="StartedAt">In ms since the Unix epoch.</param>
/// <param name="EndedAt">In ms since the Unix epoch; null while it goes on.</param>
/// <param name="ProjectsLeft">How many projects are still to be done.</param>
/// <param name="FirstFailure">A project that could not be done yet, and why; it is tried again.</param>
/// <param name="WaitsFor">Why it makes no progress at present, and tries again; null when it does. Not stored.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.MasterKeyRotation")]
public sealed record MasterKeyRotation(
    [property: Id(0)] string To,
    [property: Id(1)] long StartedAt,
    [property: Id(2)] long? EndedAt,
    [property: Id(3)] int ProjectsLeft,
    [property: Id(4)] string? FirstFailure = null,
    [property: Id(5)] string? WaitsFor = null);
