using Vaultrice.Encryption;

namespace Vaultrice.Grains.Encryption;

/// <summary>The projects with a walk under way, kept in grain storage.</summary>
[GrainType("vaultrice.reencryptions")]
internal sealed class ReencryptionsGrain([PersistentState("reencryptions")] IPersistentState<ReencryptionsState> state)
    : Grain, IReencryptionsGrain
{
    public Task Begun(string projectId) => Change(ids => ids.Add(projectId));

    public Task Ended(string projectId) => Change(ids => ids.Remove(projectId));

    public async Task Resume()
    {
        foreach (var projectId in state.State.ProjectIds)
            await GrainFactory.GetGrain<IReencryptionGrain>(projectId).Get();
    }

    private async Task Change(Func<HashSet<string>, bool> change)
    {
        if (!change(state.State.ProjectIds))
            return;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>What is stored of the list.</summary>
[GenerateSerializer, Alias("vaultrice.ReencryptionsState")]
internal sealed class ReencryptionsState
{
    [Id(0)]
    public HashSet<string> ProjectIds { get; set; } = [];
}
