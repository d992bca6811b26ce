using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Vaultrice.Encryption;

/// <summary>
/// Walks over the objects of a project and has each bring its keys or its items up to date; keyed by the project id. One walk
/// after the other; a restart continues where the last step was noted.
/// </summary>
[Alias("vaultrice.IReencryptionGrain")]
public interface IReencryptionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts a walk. One that waits already for the same is the answer; one that is under way for the same begins anew. Refused
    /// while too many are under way.
    /// </summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="class">Only objects of this class; null for all.</param>
    [Alias("Start")]
    Task<StorageResult<ReencryptionWalk>> Start(ReencryptionKind kind, string? @class);

    /// <summary>The walks under way and the last ones that have ended, one of each kind and class, latest first. Wakes up what a restart has interrupted.</summary>
    [Alias("Get")]
    [AlwaysInterleave] // Reads one immutable value while a walk goes on.
    Task<ImmutableArray<ReencryptionWalk>> Get();

    /// <summary>Ends all walks and forgets them; the project is gone.</summary>
    [Alias("Forget")]
    Task Forget();
}

/// <summary>The projects with a walk under way, so that a restart can go on with them; the one grain has the key 0.</summary>
[Alias("vaultrice.IReencryptionsGrain")]
public interface IReencryptionsGrain : IGrainWithIntegerKey
{
    [Alias("Begun")]
    Task Begun(string projectId);

    [Alias("Ended")]
    Task Ended(string projectId);

    /// <summary>Wakes all of them up.</summary>
    [Alias("Resume")]
    Task Resume();
}

/// <summary>What a walk does to each object.</summary>
public enum ReencryptionKind
{
    /// <summary>Items become as their class's settings say: sealed with the object's current key, or plain.</summary>
    Apply,

    /// <summary>The object's keys are wrapped by the project's current key.</summary>
    Rewrap,
}

/// <summary>How far a walk is.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Class">Only objects of this class; null for all.</param>
/// <param name="StartedAt">In ms since the Unix epoch.</param>
/// <param name="EndedAt">In ms since the Unix epoch; null while it waits or goes on.</param>
/// <param name="After">The last object that is done.</param>
/// <param name="Objects">How many objects are done.</param>
/// <param name="ObjectsTotal">How many there were at the start.</param>
/// <param name="Items">How many items those that are done hold.</param>
/// <param name="Changed">How many items or keys were written anew.</param>
/// <param name="Failed">How many objects could not be done.</param>
/// <param name="FirstFailure">The first of them: which, and why.</param>
/// <param name="ProjectKeys">The versions of the project's key that objects were found to use after they were done.</param>
/// <param name="WaitsFor">Why it makes no progress at present, and tries again; null when it does. Not stored.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ReencryptionWalk")]
public sealed record ReencryptionWalk(
    [property: Id(0)] ReencryptionKind Kind,
    [property: Id(1)] string? Class,
    [property: Id(2)] long StartedAt,
    [property: Id(3)] long? EndedAt = null,
    [property: Id(4)] string? After = null,
    [property: Id(5)] long Objects = 0,
    [property: Id(6)] long ObjectsTotal = 0,
    [property: Id(7)] long Items = 0,
    [property: Id(8)] long Changed = 0,
    [property: Id(9)] long Failed = 0,
    [property: Id(10)] string? FirstFailure = null,
    [property: Id(11)] ImmutableArray<int> ProjectKeys = default,
    [property: Id(12)] string? WaitsFor = null);
