using System.Collections.Immutable;
using Vaultrice.Grains.Storage;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>The list of projects, kept in grain storage.</summary>
[GrainType("vaultrice.project-directory")]
internal sealed class ProjectDirectoryGrain(
    [PersistentState("projects")] IPersistentState<ProjectDirectoryState> directory,
    IObjectStore store) : Grain, IProjectDirectoryGrain
{
    private ProjectDirectoryState State => directory.State;

    public Task<bool> IsEmpty() => Task.FromResult(State.ProjectIds.IsEmpty);

    public Task ProbeStore() => store.Probe(CancellationToken.None);

    public Task Add(string projectId) => Become(State with { ProjectIds = State.ProjectIds.Add(projectId) });

    public Task<ImmutableArray<string>> GetDeleted() => Task.FromResult<ImmutableArray<string>>([.. State.Deleted]);

    public Task AddDeleted(string projectId) => Become(State with { Deleted = State.Deleted.Add(projectId) });

    public Task RemoveDeleted(string projectId) =>
        Become(new() { ProjectIds = State.ProjectIds.Remove(projectId), Deleted = State.Deleted.Remove(projectId) });

    /// <summary>Memory never runs ahead of the store: after a failed write it is as before, and the grain loads anew.</summary>
    private async Task Become(ProjectDirectoryState next)
    {
        var before = directory.State;
        if (next == before)
            return;
        directory.State = next;
        try
        {
            await directory.WriteStateAsync();
        }
        catch
        {
            directory.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>What is stored of the list; adding what is there leaves a set as it is, so equal states are known by reference.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectDirectoryState")]
internal sealed record ProjectDirectoryState
{
    [Id(0)]
    public ImmutableHashSet<string> ProjectIds { get; init; } = [];

    [Id(1)]
    public ImmutableHashSet<string> Deleted { get; init; } = [];
}
