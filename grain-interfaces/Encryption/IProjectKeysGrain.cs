using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Vaultrice.Encryption;

/// <summary>
/// The keys of a project, which wrap the keys of its objects; keyed by the project id. It hands them out wrapped by the master
/// key only: plain keys never leave a process.
/// </summary>
[Alias("vaultrice.IProjectKeysGrain")]
public interface IProjectKeysGrain : IGrainWithStringKey
{
    /// <summary>The keys as they are.</summary>
    [Alias("Get")]
    [AlwaysInterleave] // Reads one immutable value; must not wait behind a call to a key vault.
    Task<ProjectKeyRing> Get();

    /// <summary>The keys, after making the first one if there is none.</summary>
    /// <exception cref="KeysUnavailableException">The master key is out of reach.</exception>
    [Alias("GetOrCreate")]
    Task<StorageResult<ProjectKeyRing>> GetOrCreate();

    /// <summary>Makes a new key current; the earlier ones stay.</summary>
    /// <exception cref="KeysUnavailableException">The master key is out of reach.</exception>
    [Alias("Rotate")]
    Task<StorageResult<ProjectKeyRing>> Rotate();

    /// <summary>Makes an earlier key, which was not dropped yet, current again.</summary>
    [Alias("MakeCurrent")]
    Task<StorageResult<ProjectKeyRing>> MakeCurrent(int version);

    /// <summary>Drops a key that no object uses, as a walk over all of them (<see cref="IReencryptionGrain"/>) has found since the key ceased to be current.</summary>
    [Alias("Drop")]
    Task<StorageResult<ProjectKeyRing>> Drop(int version);

    /// <summary>Wraps all keys anew; the keys themselves stay as they are.</summary>
    /// <returns>How many were wrapped by another master key before.</returns>
    /// <exception cref="KeysUnavailableException">The master key is out of reach.</exception>
    [Alias("Rewrap")]
    Task<int> Rewrap(string masterKeyId);

    /// <summary>Deletes all keys for good: whatever was encrypted under them is unreadable from now on. There will be no others.</summary>
    [Alias("Shred")]
    Task Shred();
}

/// <summary>The keys of a project, oldest first; none before anything needs one.</summary>
/// <param name="Current">The version that wraps new keys; 0 when there is none.</param>
/// <param name="Keys">The keys.</param>
/// <param name="CurrentSince">When that version became current, in ms since the Unix epoch.</param>
/// <param name="IsShredded">Whether the keys were deleted for good.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectKeyRing")]
public sealed record ProjectKeyRing(
    [property: Id(0)] int Current,
    [property: Id(1)] ImmutableArray<WrappedProjectKey> Keys,
    [property: Id(2)] long CurrentSince,
    [property: Id(3)] bool IsShredded)
{
    public static ProjectKeyRing Empty { get; } = new(0, [], 0, IsShredded: false);

    public WrappedProjectKey? Find(int version) => Keys.FirstOrDefault(key => key.Version == version);
}

/// <summary>A key of a project, wrapped by a master key.</summary>
/// <param name="Version">Counts up from 1.</param>
/// <param name="MasterKeyId">The master key, with its version.</param>
/// <param name="Wrapped">The key, readable only by who may use the master key.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.WrappedProjectKey")]
public sealed record WrappedProjectKey(
    [property: Id(0)] int Version,
    [property: Id(1)] string MasterKeyId,
    [property: Id(2)] ReadOnlyMemory<byte> Wrapped,
    [property: Id(3)] long CreatedAt);
