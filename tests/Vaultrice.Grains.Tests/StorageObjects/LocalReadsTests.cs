using System.Globalization;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Reads in the process of the object's silo, without a call of its grain.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class LocalReadsTests(ObjectCluster cluster)
{
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Once_read_by_a_call_an_object_is_read_without_one()
    {
        await _object.Set("a", "1");
        Assert.False(_object.TryReadLocally("a", out _));
        await _object.Get("a");
        Assert.Equal("1", Local("a"));
        Assert.Null(Local("b"));
        await _object.Set("a", "2");
        await _object.Remove("a");
        await _object.Set("b", "3");
        await _object.TakenUp();
        Assert.Equal((null, "3"), (Local("a"), Local("b")));
    }

    [Theory]
    [InlineData(CommitOutcome.Store)]
    [InlineData(CommitOutcome.FailBefore)]
    [InlineData(CommitOutcome.FailAfter)]
    public async Task What_is_on_its_way_to_the_store_is_not_read(CommitOutcome outcome)
    {
        await _object.Set("a", "1");
        await _object.Get("a");
        _object.Faults.Hold();
        var set = _object.Set("a", "2");
        var commit = await _object.Faults.Held();
        Assert.False(_object.TryReadLocally("a", out _));
        var followers = new[] { _object.Set("a", "3"), _object.Set("b", "3") };
        await _object.TakenUp();
        Assert.False(_object.TryReadLocally("a", out _));

        _object.Faults.Flow();
        commit.Ends(outcome);
        await Task.WhenAll([set, .. followers]).ContinueWith(_ => { }, TaskScheduler.Default);
        await _object.TakenUp();
        if (outcome == CommitOutcome.Store)
            Assert.Equal("3", Local("a"));
        else
            Assert.False(_object.TryReadLocally("a", out _));
        // The call that it then takes shows what was loaded again.
        await _object.Get("a");
        Assert.Equal(outcome switch { CommitOutcome.Store => "3", CommitOutcome.FailBefore => "1", _ => "2" }, Local("a"));
    }

    [Fact]
    public async Task What_has_expired_is_not_read()
    {
        await _object.Set("a", "1", ttl: 500);
        await _object.Get("a");
        cluster.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal("1", Local("a"));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _object.Read("a"));
    }

    [Fact]
    public async Task An_object_that_was_deactivated_is_called_again()
    {
        await _object.Set("a", "1");
        await _object.Get("a");
        await _object.Deactivate();
        await _object.Set("b", "2");
        Assert.False(_object.TryReadLocally("a", out _));
    }

    [Fact]
    public async Task An_object_that_was_deleted_is_called_again()
    {
        await _object.Set("a", "1");
        await _object.Get("a");
        await _object.Grain.Destroy();
        Assert.False(_object.TryReadLocally("a", out _));
        Assert.Null(await _object.Get("a"));
        Assert.Null(Local("a"));
    }

    [Fact]
    public async Task Once_a_second_a_read_is_a_call()
    {
        await _object.Set("a", "1");
        await _object.Get("a");
        cluster.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal("1", Local("a"));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_object.TryReadLocally("a", out _));
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_all_that_was_acknowledged_and_nothing_that_is_not_stored()
    {
        const int Writes = 2_000;
        var (acknowledged, reads) = (0L, 0L);
        using var written = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            for (var last = 0L; !written.IsCancellationRequested; Interlocked.Increment(ref reads))
            {
                var atLeast = Math.Max(last, Volatile.Read(ref acknowledged));
                last = await _object.Read("n") is { } item ? long.Parse(item.Value.Span, CultureInfo.InvariantCulture) : 0;
                Assert.InRange(last, atLeast, _object.Faults.Stored);
            }
        }, TestContext.Current.CancellationToken);
        // Each write has the object's next revision for its value; those of other names let the table of items grow.
        for (var i = 1; i <= Writes && !reader.IsCompleted; i++)
        {
            // From a reader that is at it.
            for (var before = Volatile.Read(ref reads); Volatile.Read(ref reads) < before + 5 && !reader.IsCompleted;)
                await Task.Yield();
            await _object.Set(i % 2 == 1 ? "n" : $"other{i % 30}", i.ToString(CultureInfo.InvariantCulture));
            if (i % 2 == 1)
                Volatile.Write(ref acknowledged, i);
        }
        await written.CancelAsync();
        await reader;
    }

    private string? Local(string name)
    {
        Assert.True(_object.TryReadLocally(name, out var item), "The grain would have to be called.");
        return item is null ? null : TestObject.Text(item.Value);
    }
}
