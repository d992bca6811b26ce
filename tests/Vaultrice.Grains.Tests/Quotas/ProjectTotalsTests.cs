using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Quotas;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Grains.Tests.Quotas;

/// <summary>What becomes of what is written at the moment a project is counted.</summary>
public sealed class ProjectTotalsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Store _store;
    private readonly ProjectTotals _totals;

    public ProjectTotalsTests()
    {
        var store = DispatchProxy.Create<IObjectStore, Store>();
        _store = (Store)(object)store;
        _totals = new("one", store, _time, NullLogger.Instance);
    }

    [Fact]
    public async Task What_was_reported_before_the_store_had_it_is_counted_soon()
    {
        _store.Items = 10;
        Assert.Equal(10, await Report(5));
        _store.Items = 15;
        _time.Advance(ProjectTotals.CountedSoon);
        await Report(0);
        Assert.Equal(15, await Report(0));
    }

    [Fact]
    public async Task What_the_store_had_before_it_was_reported_does_not_count_twice_for_long()
    {
        _store.Items = 15;
        Assert.Equal(15, await Report(0));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(20, await Report(5));
        _time.Advance(ProjectTotals.CountedSoon);
        await Report(0);
        Assert.Equal(15, await Report(0));
    }

    [Fact]
    public async Task A_count_that_nothing_was_written_around_stands()
    {
        await Report(0);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Report(1);
        _time.Advance(ProjectTotals.CountedEvery - TimeSpan.FromSeconds(3));
        await Report(1);
        Assert.Equal(1, _store.Counts);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Report(1);
        Assert.Equal(2, _store.Counts);
    }

    [Fact]
    public async Task A_project_that_is_always_written_to_is_counted_later_and_later()
    {
        await Report(1);
        List<int> countedAt = [];
        for (var second = 1; second <= 7_200; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var before = _store.Counts;
            await Report(1);
            if (_store.Counts > before)
                countedAt.Add(second);
        }
        Assert.Equal([5, 15, 35, 75, 155, 315, 635, 1_275, 2_555, 5_115], countedAt);
    }

    [Fact]
    public async Task A_class_that_stores_nothing_is_not_remembered()
    {
        _store.Items = 10;
        await Report(0);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(0, (await _totals.Report([new($"named {i}", 0, 0)], mustBeRight: false)).Classes.Single().Items);
            Assert.Equal(1, (await _totals.Report([new($"emptied {i}", 5, 1)], mustBeRight: false)).Classes.Single().Items);
            Assert.Equal(0, (await _totals.Report([new($"emptied {i}", -5, -1)], mustBeRight: false)).Classes.Single().Items);
        }
        Assert.Equal(1, _totals.Classes);
        Assert.Equal(10, await Report(0));
    }

    private async Task<long> Report(long items) => (await _totals.Report([new StoredTotal("c", items, items)], mustBeRight: false)).Items;

    /// <summary>A store that knows only how much it holds.</summary>
    public class Store : DispatchProxy
    {
        public long Items { get; set; }

        /// <summary>How often it was asked.</summary>
        public int Counts { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Counts++;
            return Task.FromResult<IReadOnlyList<StoredTotal>>([new("c", Items, Items)]);
        }
    }
}
