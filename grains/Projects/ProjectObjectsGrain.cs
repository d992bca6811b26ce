using System.Collections.Immutable;
using Orleans.Concurrency;
using Vaultrice.Grains.Storage;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Projects;

/// <summary>The list of a project's objects. Stateless, so that long lists hold nobody up.</summary>
[StatelessWorker]
[GrainType("vaultrice.project-objects")]
internal sealed class ProjectObjectsGrain(IObjectStore store) : Grain, IProjectObjectsGrain
{
    public async Task<ImmutableArray<StorageObjectId>> List(string? @class, string? idPrefix, StorageObjectId? after, int count) =>
        [.. await store.List(this.GetPrimaryKeyString(), @class, idPrefix, after, count, CancellationToken.None)];
}
