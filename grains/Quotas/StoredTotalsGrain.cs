using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Quotas;

/// <summary>The totals in memory; the store knows them better, if slowly.</summary>
[GrainType("vaultrice.stored-totals")]
internal sealed partial class StoredTotalsGrain(IObjectStore store, TimeProvider time, ILogger<StoredTotalsGrain> logger) : Grain, IStoredTotalsGrain
{
    /// <summary>Reports that were lost or came twice, and items that expired while nobody looked, count for as long.</summary>
    private static readonly TimeSpan CountedEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan CountedWhenFull = TimeSpan.FromMinutes(5);

    private Dictionary<string, (long Bytes, long Items)>? _classes;
    private List<StoredTotal>? _duringCount;
    private (long Bytes, long Items) _all;
    private long _countedAt;

    public async Task<StoredTotals> Report(ImmutableArray<StoredTotal> changes, bool mustBeRight)
    {
        // The first count has seen what is reported now.
        if (_classes is null)
        {
            await Count();
        }
        else
        {
            foreach (var change in changes)
                Add(change);
            _duringCount?.AddRange(changes);
            if (_duringCount is null && time.GetElapsedTime(_countedAt) >= (mustBeRight ? CountedWhenFull : CountedEvery))
                _ = CountAgain();
        }
        return new(_all.Bytes, _all.Items, [.. changes.Select(asked => Of(asked.Class))]);
    }

    private StoredTotal Of(string @class)
    {
        var (bytes, items) = _classes!.GetValueOrDefault(@class);
        return new(@class, bytes, items);
    }

    private void Add(in StoredTotal change)
    {
        var (bytes, items) = _classes!.GetValueOrDefault(change.Class);
        _classes![change.Class] = (bytes + change.Bytes, items + change.Items);
        _all = (_all.Bytes + change.Bytes, _all.Items + change.Items);
    }

    private async Task Count()
    {
        var counted = await store.Measure(this.GetPrimaryKeyString(), time.GetUtcNow().ToUnixTimeMilliseconds(), CancellationToken.None);
        _classes = counted.ToDictionary(total => total.Class, total => (total.Bytes, total.Items), StringComparer.Ordinal);
        _all = (counted.Sum(total => total.Bytes), counted.Sum(total => total.Items));
        _countedAt = time.GetTimestamp();
    }

    /// <summary>Counts while reports go on; what they say meanwhile is added, since the count may not have seen it.</summary>
    private async Task CountAgain()
    {
        _duringCount = [];
        try
        {
            await Count();
            foreach (var change in _duringCount)
                Add(change);
        }
        catch (ObjectStoreException e)
        {
            LogNotCounted(e);
            _countedAt = time.GetTimestamp();
        }
        finally
        {
            _duringCount = null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What a project stores could not be counted again; the totals go on from what they were.")]
    private partial void LogNotCounted(Exception cause);
}
