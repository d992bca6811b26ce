using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>A project, kept in grain storage.</summary>
[GrainType("vaultrice.project")]
internal sealed class ProjectGrain([PersistentState("project")] IPersistentState<ProjectState> project) : Grain, IProjectGrain
{
    public Task<ProjectSnapshot?> GetSnapshot() => Task.FromResult(
        project.RecordExists ? new ProjectSnapshot(this.GetPrimaryKeyString(), project.State.Name, project.State.ApiKeys) : null);

    public async Task Create(string name)
    {
        if (project.RecordExists)
            return;
        project.State = new() { Name = name };
        await project.WriteStateAsync();
        await GrainFactory.GetGrain<IProjectDirectoryGrain>(0).Add(this.GetPrimaryKeyString());
    }

    public async Task<bool> AddApiKey(ApiKey key)
    {
        if (!project.RecordExists)
            throw new InvalidOperationException("The project does not exist.");
        if (project.State.ApiKeys.Any(present => present.Id == key.Id))
            return false;
        project.State.ApiKeys = project.State.ApiKeys.Add(key);
        await project.WriteStateAsync();
        return true;
    }
}

/// <summary>What is stored of a project.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectState")]
internal sealed class ProjectState
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public ImmutableArray<ApiKey> ApiKeys { get; set; } = [];
}
