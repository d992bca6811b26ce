using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>A full part of a log.</summary>
[GrainType("vaultrice.audit-page")]
internal sealed class AuditPageGrain([PersistentState("audit-page")] IPersistentState<AuditPageState> stored) : Grain, IAuditPageGrain
{
    public async Task Put(ImmutableArray<AuditRecord> records)
    {
        stored.State = new() { Records = records };
        await stored.WriteStateAsync();
    }

    public Task<ImmutableArray<AuditRecord>> Get() => Task.FromResult(stored.State.Records);
}

/// <summary>What is stored of a page.</summary>
[GenerateSerializer, Alias("vaultrice.AuditPageState")]
internal sealed class AuditPageState
{
    [Id(0)]
    public ImmutableArray<AuditRecord> Records { get; set; } = [];
}
