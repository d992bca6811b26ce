using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;

namespace Vaultrice.Grains.Quotas;

/// <summary>The totals in memory; the store knows them better, if slowly.</summary>
[GrainType("vaultrice.stored-totals")]
internal sealed class StoredTotalsGrain(IObjectStore store, TimeProvider time, ILogger<StoredTotalsGrain> logger) : Grain, IStoredTotalsGrain
{
    private ProjectTotals? _totals;

    public Task<StoredTotals> Report(ImmutableArray<StoredTotal> changes, bool mustBeRight) =>
        (_totals ??= new(this.GetPrimaryKeyString(), store, time, logger)).Report(changes, mustBeRight);
}
