using Vaultrice.Grains.Storage;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>The list of projects, kept in grain storage.</summary>
[GrainType("vaultrice.project-directory")]
internal sealed class ProjectDirectoryGrain(
    [PersistentState("projects")] IPersistentState<ProjectDirectoryState> directory,
    IObjectStore store) : Grain, IProjectDirectoryGrain
{
    public Task<bool> IsEmpty() => Task.FromResult(directory.State.ProjectIds.Count == 0);

    public Task ProbeStore() => store.Probe(CancellationToken.None);

    public async Task Add(string projectId)
    {
        if (directory.State.ProjectIds.Add(projectId))
            await directory.WriteStateAsync();
    }
}

/// <summary>What is stored of the list.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectDirectoryState")]
internal sealed class ProjectDirectoryState
{
    [Id(0)]
    public HashSet<string> ProjectIds { get; set; } = [];
}
