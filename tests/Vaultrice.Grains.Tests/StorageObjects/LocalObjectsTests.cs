using System.Globalization;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Reads and calls in the process of the object's silo, without messages to its grain.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class LocalObjectsTests(ObjectCluster cluster)
{
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Once_read_by_a_call_an_object_is_read_without_one()
    {
        await _object.Set("a", "1");
        Assert.False(_object.TryReadLocally("a", out _));
        await _object.Here.Get("a");
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
        await _object.Here.Get("a");
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
        await _object.Here.Get("a");
        Assert.Equal(outcome switch { CommitOutcome.Store => "3", CommitOutcome.FailBefore => "1", _ => "2" }, Local("a"));
    }

    [Fact]
    public async Task What_has_expired_is_not_read()
    {
        await _object.Set("a", "1", ttl: 500);
        await _object.Here.Get("a");
        cluster.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal("1", Local("a"));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _object.Read("a"));
    }

    [Fact]
    public async Task An_object_that_was_deactivated_is_called_again()
    {
        await _object.Set("a", "1");
        await _object.Here.Get("a");
        await _object.Deactivate();
        await _object.Set("b", "2");
        Assert.False(_object.TryReadLocally("a", out _));
    }

    [Fact]
    public async Task What_was_deleted_is_not_read()
    {
        await _object.Set("a", "1");
        await _object.Here.Get("a");
        await _object.Grain.Destroy();
        Assert.Null(Local("a"));
    }

    [Fact]
    public async Task Once_a_second_a_read_is_a_call()
    {
        await _object.Set("a", "1");
        await _object.Here.Get("a");
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

    [Fact]
    public async Task Once_it_has_answered_a_message_an_object_is_called_without_for_a_second()
    {
        Assert.Null(SetHere("a", "1"));
        await _object.Here.Set("a", Write("1"));
        cluster.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal("2", TestObject.Text((await SetHere("a", "2")!).Value!.Value));
        Assert.Equal("2", await _object.Get("a"));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(SetHere("a", "3"));
    }

    [Fact]
    public async Task A_call_without_a_message_is_answered_when_it_is_stored_and_fails_when_it_is_not()
    {
        await _object.Here.Set("a", Write("1"));
        _object.Faults.Hold();
        var set = SetHere("a", "2")!;
        var commit = await _object.Faults.Held();
        await _object.TakenUp();
        Assert.False(set.IsCompleted);
        commit.Ends(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => set);
        _object.Faults.Flow();
        Assert.Equal("1", await _object.Get("a"));
    }

    [Fact]
    public async Task A_call_without_a_message_is_given_up_when_the_store_stalls_for_longer_than_a_message_waits()
    {
        await _object.Here.Set("a", Write("1"));
        _object.Faults.Hold();
        var set = SetHere("a", "2")!;
        var commit = await _object.Faults.Held();
        cluster.Advance(TimeSpan.FromSeconds(29));
        Assert.False(set.IsCompleted);
        cluster.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => set);
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.Store);
        Assert.Equal("2", await _object.Get("a"));
    }

    [Fact]
    public async Task Each_call_counts_once_while_the_object_is_deactivated_again_and_again()
    {
        const int Callers = 8;
        const int Each = 400;
        const int Between = 100;
        var answered = 0;
        var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await Increment();
                Interlocked.Increment(ref answered);
            }
        }, TestContext.Current.CancellationToken)));
        for (var next = Between; next < Callers * Each && !callers.IsCompleted; next += Between)
        {
            while (Volatile.Read(ref answered) < next && !callers.IsCompleted)
                await Task.Yield();
            await _object.Deactivate();
        }
        await callers;
        Assert.Equal((Callers * Each).ToString(CultureInfo.InvariantCulture), await _object.Get("n"));

        async Task Increment()
        {
            while (true)
            {
                try
                {
                    Assert.True((await _object.Here.Apply("n", new Increment("1"u8.ToArray(), false, null, null))).Succeeded);
                    return;
                }
                catch (OrleansMessageRejectionException)
                {
                    // Orleans hands a message on twice at most, and not to where it was carried out.
                }
            }
        }
    }

    [Fact]
    public async Task A_call_under_way_ends_before_another_activation_begins()
    {
        await _object.Here.Set("a", Write("1"));
        _object.Faults.Next(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => SetHere("a", "2")!);
        var load = _object.Faults.HoldNextLoad();
        var late = SetHere("a", "3")!;
        await _object.TakenUp();
        await _object.Deactivate();
        var next = _object.Set("b", "4");
        // Long enough for another activation to do what it must not do yet.
        for (var i = 0; i < 20; i++)
            await cluster.NewObject().TakenUp();
        load.SetResult();
        Assert.True((await late).Succeeded);
        await next;
        Assert.Equal(["a=3", "b=4"], await _object.All());
        Assert.Equal([2, 3], (await _object.Stored()).Records.Select(record => record.Revision).Order());
    }

    private Task<StorageResult<Item>>? SetHere(string name, string value) => _object.Local.TryCall(_object.Key, grain => grain.Set(name, Write(value)));

    private static ItemWrite Write(string value) => new(TestObject.Json(value), null, false, null, null);

    private string? Local(string name)
    {
        Assert.True(_object.TryReadLocally(name, out var item), "The grain would have to be called.");
        return item is null ? null : TestObject.Text(item.Value);
    }
}
