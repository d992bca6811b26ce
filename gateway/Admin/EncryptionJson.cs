using System.Collections.Immutable;
using Vaultrice.Encryption;

namespace Vaultrice.Gateway.Admin;

/// <summary>A version of a key.</summary>
internal sealed record KeyVersionBody : ICheckedBody
{
    /// <summary>Counts up from 1.</summary>
    public required int Version { get; init; }

    public StorageError? Check() => BodyRules.Range("version", Version, 1, int.MaxValue);
}

/// <summary>The keys of a project and the walks over its objects.</summary>
/// <param name="Current">The version that wraps new keys; left out before anything needed one.</param>
/// <param name="CurrentSince">In ms since the Unix epoch.</param>
/// <param name="Keys">Oldest first.</param>
/// <param name="Walks">Those under way and the last ones that have ended, latest first.</param>
internal sealed record ProjectEncryptionJson(int? Current, long? CurrentSince, ProjectKeyJson[] Keys, WalkJson[] Walks)
{
    public static ProjectEncryptionJson Of(ProjectKeyRing ring, ImmutableArray<ReencryptionWalk> walks) => new(
        ring.Current == 0 ? null : ring.Current,
        ring.Current == 0 ? null : ring.CurrentSince,
        [.. ring.Keys.Select(key => new ProjectKeyJson(key.Version, key.MasterKeyId, key.CreatedAt))],
        [.. walks.Select(WalkJson.Of)]);
}

/// <summary>A key of a project.</summary>
/// <param name="Version">Counts up from 1.</param>
/// <param name="MasterKeyId">The master key that wraps it.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
internal sealed record ProjectKeyJson(int Version, string MasterKeyId, long CreatedAt);

/// <summary>How far a walk over the objects of a project is.</summary>
/// <param name="Kind"><c>apply</c>: items become as their class's settings say; <c>rewrap</c>: keys are wrapped by the project's current one.</param>
/// <param name="Class">Only objects of this class; left out for all.</param>
/// <param name="StartedAt">In ms since the Unix epoch.</param>
/// <param name="EndedAt">In ms since the Unix epoch; left out while it goes on.</param>
/// <param name="Objects">How many objects are done.</param>
/// <param name="ObjectsTotal">How many there were at the start.</param>
/// <param name="Items">How many items those that are done hold.</param>
/// <param name="Changed">How many items or keys were written anew.</param>
/// <param name="Failed">How many objects could not be done.</param>
/// <param name="FirstFailure">Which was the first of them, and why.</param>
/// <param name="ProjectKeys">The versions of the project's key that objects use.</param>
/// <param name="WaitsFor">Why it makes no progress at present; it is tried again. Left out when it does.</param>
internal sealed record WalkJson(
    string Kind, string? Class, long StartedAt, long? EndedAt, long Objects, long ObjectsTotal, long Items, long Changed, long Failed, string? FirstFailure, int[] ProjectKeys,
    string? WaitsFor)
{
    public static WalkJson Of(ReencryptionWalk walk) => new(
        walk.Kind == ReencryptionKind.Apply ? "apply" : "rewrap",
        walk.Class,
        walk.StartedAt,
        walk.EndedAt,
        walk.Objects,
        walk.ObjectsTotal,
        walk.Items,
        walk.Changed,
        walk.Failed,
        walk.FirstFailure,
        [.. walk.ProjectKeys],
        walk.WaitsFor);
}

/// <summary>The keys of an object.</summary>
/// <param name="Current">The version that seals; left out when there is none.</param>
/// <param name="Keys">Oldest first.</param>
/// <param name="PlainItems">How many items are sealed with none.</param>
internal sealed record ObjectKeysJson(int? Current, ObjectKeyJson[] Keys, int PlainItems)
{
    public static ObjectKeysJson Of(ObjectKeys keys) => new(
        keys.Current == 0 ? null : keys.Current,
        [.. keys.Keys.Select(key => new ObjectKeyJson(key.Version, key.ProjectKey, key.Items))],
        keys.PlainItems);
}

/// <summary>A key of an object.</summary>
/// <param name="Version">Counts up from 1.</param>
/// <param name="ProjectKey">The version of the project's key that wraps it.</param>
/// <param name="Items">How many items are sealed with it.</param>
internal sealed record ObjectKeyJson(int Version, int ProjectKey, int Items);

/// <summary>The master keys.</summary>
/// <param name="Provider">Who holds them.</param>
/// <param name="Current">The one that wraps; left out while a vault that decides is out of reach.</param>
/// <param name="Keys">All that are held or in use.</param>
/// <param name="Rotation">The last rotation.</param>
internal sealed record MasterKeyJson(string Provider, string? Current, MasterKeyUseJson[] Keys, MasterKeyRotationJson? Rotation)
{
    public static MasterKeyJson Of(MasterKeyReport report) => new(
        report.Provider,
        report.Current,
        [.. report.Keys.Select(key => new MasterKeyUseJson(key.Id, key.WrapsStore, key.Projects))],
        report.Rotation is { } rotation ? new(rotation.To, rotation.StartedAt, rotation.EndedAt, rotation.ProjectsLeft, rotation.FirstFailure, rotation.WaitsFor) : null);
}

/// <summary>What a master key wraps.</summary>
/// <param name="Id">The key, with its version.</param>
/// <param name="WrapsStore">Whether the store's own key is wrapped by it.</param>
/// <param name="Projects">How many projects have keys that are wrapped by it.</param>
internal sealed record MasterKeyUseJson(string Id, bool WrapsStore, int Projects);

/// <summary>How far a rotation of the master key is.</summary>
/// <param name="To">The key that wraps from now on.</param>
/// <param name="StartedAt">In ms since the Unix epoch.</param>
/// <param name="EndedAt">In ms since the Unix epoch; left out while it goes on.</param>
/// <param name="ProjectsLeft">How many projects are still to be done.</param>
/// <param name="FirstFailure">A project that could not be done yet, and why; it is tried again. Left out when there is none.</param>
/// <param name="WaitsFor">Why it makes no progress at present; it is tried again. Left out when it does.</param>
internal sealed record MasterKeyRotationJson(string To, long StartedAt, long? EndedAt, int ProjectsLeft, string? FirstFailure, string? WaitsFor);

/// <summary>Names a master key.</summary>
internal sealed record MasterKeyBody
{
    /// <summary>As shown: the key, with its version.</summary>
    public required string Id { get; init; }
}
