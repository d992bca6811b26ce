using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Quotas;

/// <summary>What a project stores: counted in the store, and from then on what silos report. One thread at a time uses it.</summary>
/// <remarks>
/// What is written at the moment of a count may be in it and be reported too, or neither: such a count is not sure, and is
/// repeated soon; for a project that is always written to, later and later, since there it is off by no more than a moment.
/// </remarks>
internal sealed partial class ProjectTotals(string projectId, IObjectStore store, TimeProvider time, ILogger logger)
{
    /// <summary>Reports that were lost or came twice, and items that expired while nobody looked, count for as long.</summary>
    public static readonly TimeSpan CountedEvery = TimeSpan.FromHours(1);

    public static readonly TimeSpan CountedWhenFull = TimeSpan.FromMinutes(5);

    /// <summary>How soon a count is repeated that is not sure, the first time.</summary>
    public static readonly TimeSpan CountedSoon = TimeSpan.FromSeconds(5);

    /// <summary>How long after a count changes are reported that it may have seen.</summary>
    private static readonly TimeSpan ReportedWithin = TimeSpan.FromSeconds(2);

    private Dictionary<string, (long Bytes, long Items)>? _classes;
    private List<StoredTotal>? _duringCount;
    private (long Bytes, long Items) _all;
    private long _countedAt;
    private bool _isSure = true;
    private TimeSpan _repeatAfter = CountedSoon;

    /// <summary>How many classes are remembered.</summary>
    public int Classes => _classes?.Count ?? 0;

    /// <summary>Adds what changed, and answers with what there is now.</summary>
    public async Task<StoredTotals> Report(ImmutableArray<StoredTotal> asked, bool mustBeRight)
    {
        var changes = asked.RemoveAll(static change => change is { Bytes: 0, Items: 0 });
        var hasChanges = !changes.IsEmpty;
        if (_classes is null)
        {
            // The first count has seen what is reported now, or will have soon.
            await Count();
            _isSure = !hasChanges;
        }
        else
        {
            foreach (var change in changes)
                Add(change);
            _duringCount?.AddRange(changes);
            if (hasChanges && (_duringCount is not null || time.GetElapsedTime(_countedAt) < ReportedWithin))
                _isSure = false;
            if (_duringCount is null && time.GetElapsedTime(_countedAt) >= CountedAfter(mustBeRight))
                _ = CountAgain(isSure: !hasChanges);
        }
        return new(_all.Bytes, _all.Items, [.. asked.Select(one => Of(one.Class))]);
    }

    private TimeSpan CountedAfter(bool mustBeRight)
    {
        var whenDue = mustBeRight ? CountedWhenFull : CountedEvery;
        return _isSure || _repeatAfter > whenDue ? whenDue : _repeatAfter;
    }

    private StoredTotal Of(string @class)
    {
        var (bytes, items) = _classes!.GetValueOrDefault(@class);
        return new(@class, bytes, items);
    }

    private void Add(in StoredTotal change)
    {
        var (bytes, items) = _classes!.GetValueOrDefault(change.Class);
        (bytes, items) = (bytes + change.Bytes, items + change.Items);
        // Classes are named by clients: one that stores nothing is not remembered.
        if ((bytes, items) == (0, 0))
            _classes!.Remove(change.Class);
        else
            _classes![change.Class] = (bytes, items);
        _all = (_all.Bytes + change.Bytes, _all.Items + change.Items);
    }

    private async Task Count()
    {
        var counted = await store.Measure(projectId, time.GetUtcNow().ToUnixTimeMilliseconds(), CancellationToken.None);
        _classes = counted.ToDictionary(total => total.Class, total => (total.Bytes, total.Items), StringComparer.Ordinal);
        _all = (counted.Sum(total => total.Bytes), counted.Sum(total => total.Items));
        _countedAt = time.GetTimestamp();
    }

    /// <summary>Counts while reports go on; what they say meanwhile is added, since the count may not have seen it.</summary>
    private async Task CountAgain(bool isSure)
    {
        _repeatAfter = _isSure ? CountedSoon : _repeatAfter < CountedEvery ? _repeatAfter * 2 : CountedEvery;
        _isSure = isSure;
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
