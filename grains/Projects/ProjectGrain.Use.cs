using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

// How often the project's secrets and versions of id signature keys are used.
internal sealed partial class ProjectGrain
{
    private (long Revision, HashSet<string> Keys)? _usable;

    public async Task RecordUse(ImmutableArray<UseRecord> uses)
    {
        var before = use.State;
        var usable = Usable();
        // What is gone is forgotten; reports come a while after the use, and do not bring it back.
        var after = before.Uses.RemoveRange(before.Uses.Keys.Where(key => !usable.Contains(key)));
        foreach (var used in uses.Where(used => usable.Contains(used.Key)))
        {
            var known = after.GetValueOrDefault(used.Key);
            after = after.SetItem(used.Key, new(used.Key, (known?.Count ?? 0) + used.Count, Math.Max(known?.LastAt ?? 0, used.LastAt)));
        }
        if (after == before.Uses)
            return;
        use.State = new() { Uses = after };
        try
        {
            await use.WriteStateAsync();
        }
        catch
        {
            // The gateway reports them again: they must not be counted twice.
            use.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    public Task<ImmutableDictionary<string, UseRecord>> GetUse() => Task.FromResult(use.State.Uses);

    /// <summary>The keys of the records of all that the project has at present.</summary>
    private HashSet<string> Usable()
    {
        if (Present is not { } present)
            return [];
        if (_usable is not { } known || known.Revision != present.Revision)
            _usable = known = (present.Revision, [.. present.Usable]);
        return known.Keys;
    }
}

/// <summary>What is stored of a project's use.</summary>
[GenerateSerializer, Alias("vaultrice.ProjectUse")]
internal sealed class ProjectUse
{
    [Id(0)]
    public ImmutableDictionary<string, UseRecord> Uses { get; set; } = ImmutableDictionary<string, UseRecord>.Empty;
}
