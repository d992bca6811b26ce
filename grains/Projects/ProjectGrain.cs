using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>A project, kept in grain storage.</summary>
[GrainType("vaultrice.project")]
internal sealed class ProjectGrain(
    [PersistentState("project")] IPersistentState<ProjectState> project,
    [PersistentState("project-use")] IPersistentState<ProjectUse> use) : Grain, IProjectGrain
{
    private string Id => this.GetPrimaryKeyString();

    public Task<ProjectSnapshot?> GetSnapshot() => Task.FromResult(
        project.RecordExists
            ? new ProjectSnapshot(Id, project.State.AccountId, project.State.Name, project.State.ApiKeys, project.State.Classes, project.State.Limits)
            : null);

    public async Task<bool> Create(string accountId, string name)
    {
        if (project.RecordExists)
            return false;
        project.State = new() { AccountId = accountId, Name = name };
        await Changed();
        await GrainFactory.GetGrain<IProjectDirectoryGrain>(0).Add(Id);
        return true;
    }

    public async Task<bool> AddApiKey(ApiKey key)
    {
        if (Existing.ApiKeys.ContainsKey(key.Id))
            return false;
        await PutApiKey(key.Id, key);
        return true;
    }

    public async Task PutApiKey(string id, ApiKey? key)
    {
        Existing.ApiKeys = key is null ? Existing.ApiKeys.Remove(id) : Existing.ApiKeys.SetItem(id, key);
        await Changed();
    }

    public async Task PutClass(string name, ClassSettings? settings)
    {
        Existing.Classes = settings is null ? Existing.Classes.Remove(name) : Existing.Classes.SetItem(name, settings);
        await Changed();
    }

    public async Task RecordUse(ImmutableArray<UseRecord> uses)
    {
        foreach (var used in uses)
        {
            var before = use.State.Uses.GetValueOrDefault(used.Key);
            use.State.Uses = use.State.Uses.SetItem(
                used.Key, new(used.Key, (before?.Count ?? 0) + used.Count, Math.Max(before?.LastAt ?? 0, used.LastAt)));
        }
        await use.WriteStateAsync();
    }

    public Task<ImmutableDictionary<string, UseRecord>> GetUse() => Task.FromResult(use.State.Uses);

    private ProjectState Existing =>
        project.RecordExists ? project.State : throw new InvalidOperationException("The project does not exist.");

    /// <summary>Nobody is answered before the change is durable and told.</summary>
    private async Task Changed()
    {
        await project.WriteStateAsync();
        await GrainFactory.GetGrain<IProjectChangesGrain>(0).Publish(Id);
    }
}

/// <summary>What is stored of a project.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectState")]
internal sealed class ProjectState
{
    [Id(0)]
    public string AccountId { get; set; } = "";

    [Id(1)]
    public string Name { get; set; } = "";

    [Id(2)]
    public ImmutableDictionary<string, ApiKey> ApiKeys { get; set; } = ImmutableDictionary<string, ApiKey>.Empty;

    [Id(3)]
    public ImmutableDictionary<string, ClassSettings> Classes { get; set; } = ImmutableDictionary<string, ClassSettings>.Empty;

    [Id(4)]
    public Quota? Limits { get; set; }
}

/// <summary>What is stored of a project's use.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectUse")]
internal sealed class ProjectUse
{
    [Id(0)]
    public ImmutableDictionary<string, UseRecord> Uses { get; set; } = ImmutableDictionary<string, UseRecord>.Empty;
}
