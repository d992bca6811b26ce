using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Vaultrice.Projects;

/// <summary>
/// Which projects changed lately; the one grain has the key 0. Whoever keeps snapshots asks it again and again, one question
/// at a time however many projects it keeps, and is answered as soon as there is something to tell.
/// </summary>
[Alias("vaultrice.IProjectChangesGrain")]
public interface IProjectChangesGrain : IGrainWithIntegerKey
{
    /// <summary>A project changed; whoever waits is told.</summary>
    [Alias("Publish")]
    [AlwaysInterleave] // Nothing is awaited in it, and those who wait must not hold it up.
    Task Publish(string projectId);

    /// <summary>What changed since a mark: answers at once if there is anything, else after a while.</summary>
    /// <param name="mark">As answered last; null at first.</param>
    [Alias("Since")]
    [AlwaysInterleave] // It waits for changes, which are published meanwhile.
    Task<ProjectChanges> Since(ChangeMark? mark);
}

/// <summary>A place in the order of changes.</summary>
/// <param name="Epoch">Which activation counts.</param>
/// <param name="Number">How many changes it has counted.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ChangeMark")]
public sealed record ChangeMark([property: Id(0)] long Epoch, [property: Id(1)] long Number);

/// <summary>What changed between two marks.</summary>
/// <param name="Mark">Where the next question starts.</param>
/// <param name="ProjectIds">The projects; null when any of them may have changed.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectChanges")]
public sealed record ProjectChanges([property: Id(0)] ChangeMark Mark, [property: Id(1)] ImmutableHashSet<string>? ProjectIds);
