using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class ObjectEventsTests(ObjectCluster cluster)
{
    private static readonly long Hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Every_change_is_one_event_and_one_revision()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Set("a", "2");
        await _object.Increment("n");
        await _object.Grain.SetMany([Write("x", "1"), Write("y", "2")]);
        await _object.Remove("x", "y");
        await _object.Grain.Clear();

        await gateway.Hears(_object, 9);
        Assert.Equal([(1, 1L), (1, 2L), (1, 3L), (2, 5L), (2, 7L), (2, 9L)], gateway.NoticesOf(_object).Select(notice => (notice.Events.Length, notice.Revision)));
        Assert.Equal([0L, 1L, 2L, 3L, 5L, 7L], gateway.NoticesOf(_object).Select(notice => notice.From.Revision));
        Assert.Equal([0L, 1L, 2L, 3L, 5L, 7L], gateway.NoticesOf(_object).Select(notice => notice.From.Sequence));
        Assert.Single(gateway.NoticesOf(_object).Select(notice => notice.From.Epoch).Distinct());
        var heard = gateway.Heard(_object);
        Assert.Equal(["a=1", "a=2", "n=1", "x=1", "y=2", "-x", "-y"], heard.Take(7));
        Assert.Equal(["-a", "-n"], heard.Skip(7).Order(StringComparer.Ordinal));
        Assert.Equal(9, (await _object.Stored()).Revision);
    }

    [Fact]
    public async Task A_removal_of_what_never_was_is_told_but_changes_nothing()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Remove("never", "never either");
        Assert.Equal(["-never", "-never either"], await gateway.Hears(_object, 2));
        Assert.Empty(_object.Faults.Seen);
    }

    [Fact]
    public async Task New_encryption_settings_are_a_revision_without_an_event()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Grain.RotateEncryption(null);
        await _object.Set("a", "1");
        await gateway.Hears(_object, 1);
        var notice = Assert.Single(gateway.NoticesOf(_object));
        Assert.Equal((1L, 2L), (notice.From.Revision, notice.Revision));
    }

    [Fact]
    public async Task What_is_refused_or_left_as_it_is_makes_no_event_and_no_commit()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var item = await _object.Set("a", "\"text\"");
        Assert.Equal(item.UpdatedAt, (await _object.Try("a", "1", ifAbsent: true)).Value!.UpdatedAt);
        Assert.Equal(StorageErrorCode.UpdatedAtMismatch, (await _object.Try("a", "1", updatedAt: item.UpdatedAt + 1)).Error!.Code);
        Assert.Equal(StorageErrorCode.UpdatedAtMismatch, (await _object.Try("b", "1", updatedAt: item.UpdatedAt)).Error!.Code);
        Assert.Equal(StorageErrorCode.KeyVersionMismatch, (await _object.Try("a", "1", keyVersion: 0)).Error!.Code);
        Assert.Equal(StorageErrorCode.InvalidType, (await _object.Grain.Apply("a", new Push(TestObject.Json("1"), null, null))).Error!.Code);
        await _object.Grain.Remove([]);

        await gateway.Fence(cluster);
        Assert.Equal(["a=\"text\""], gateway.Heard(_object));
        Assert.Single(_object.Faults.Seen);
        Assert.Equal(["a=\"text\""], await _object.All());
    }

    [Fact]
    public async Task An_item_lives_for_its_time_to_live_or_an_hour()
    {
        Assert.Equal(cluster.Now + Hour, (await _object.Set("a", "1")).ExpiresAt);
        Assert.Equal(cluster.Now + 5, (await _object.Set("a", "1", ttl: 5)).ExpiresAt);
        Assert.Equal(cluster.Now + Hour, (await _object.Set("a", "1")).ExpiresAt);
        Assert.Equal(cluster.Now + 7, (await _object.Grain.Apply("n", new Increment(TestObject.Json("1"), false, 7, null))).Value!.ExpiresAt);
    }

    [Fact]
    public async Task An_expired_item_leaves_by_itself_with_an_event_and_as_a_removal_in_the_store()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1", ttl: 60_000);
        cluster.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Equal("1", await _object.Get("a"));
        await gateway.Fence(cluster);
        Assert.Equal(["a=1"], gateway.Heard(_object));

        cluster.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a=1", "-a"], await gateway.Hears(_object, 2));
        var stored = await _object.Stored();
        Assert.Equal(2, stored.Revision);
        var record = Assert.Single(stored.Records);
        Assert.Null(record.Item);
        Assert.Equal(2, record.Revision);
    }

    [Fact]
    public async Task An_item_that_expires_sooner_than_the_others_is_attended_to_first()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("later", "1", ttl: 20_000);
        await _object.Set("sooner", "1", ttl: 2_000);
        await _object.Set("latest", "1", ttl: 40_000);
        cluster.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("-sooner", (await gateway.Hears(_object, 4))[3]);
        await _object.TakenUp();
        cluster.Advance(TimeSpan.FromSeconds(18));
        Assert.Equal("-later", (await gateway.Hears(_object, 5))[4]);
        await _object.TakenUp();
        cluster.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("-latest", (await gateway.Hears(_object, 6))[5]);
    }

    [Fact]
    public async Task A_slow_removal_does_not_delay_the_next()
    {
        await _object.Set("a", "1", ttl: 1_000);
        await _object.Set("b", "1", ttl: 3_000);
        _object.Faults.Hold();
        cluster.Advance(TimeSpan.FromSeconds(1));
        var first = await _object.Faults.Held();
        await _object.TakenUp();
        cluster.Advance(TimeSpan.FromSeconds(2));
        await _object.TakenUp();
        first.Ends(CommitOutcome.Store);
        (await _object.Faults.Held()).Ends(CommitOutcome.Store);
        Assert.Equal(["a", "b"], _object.Faults.Seen.TakeLast(2).SelectMany(commit => commit.Records).Where(record => record.Item is null).Select(record => record.Name));
    }

    [Fact]
    public async Task An_expired_item_is_never_seen_even_while_its_removal_waits_for_the_store()
    {
        await _object.Set("a", "5", ttl: 1_000);
        var item = await _object.Set("b", "5", ttl: 1_000);
        _object.Faults.Hold();
        cluster.Advance(TimeSpan.FromSeconds(2));
        (await _object.Faults.Held()).Ends(CommitOutcome.Store);
        _object.Faults.Flow();

        Assert.Null(await _object.Get("a"));
        Assert.Empty(await _object.Grain.GetMany(["a", "b"]));
        Assert.Empty(await _object.All());
        Assert.Empty(await _object.Grain.GetKeys(null));
        Assert.Equal(StorageErrorCode.UpdatedAtMismatch, (await _object.Try("b", "6", updatedAt: item.UpdatedAt)).Error!.Code);
        Assert.Equal(1, await _object.Increment("a"));
        Assert.Equal("7", TestObject.Text((await _object.Try("b", "7", ifAbsent: true)).Value!.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_item_of_an_object_loaded_from_the_store_expires_too(bool whileNobodyHasIt)
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1", ttl: 60_000);
        await gateway.Hears(_object, 1);
        await _object.Deactivate();
        await gateway.Hears<ObjectDeactivated>(_object);
        if (whileNobodyHasIt)
            cluster.Advance(TimeSpan.FromSeconds(61));
        await gateway.Connect(_object);
        await gateway.Renew(_object);
        cluster.Advance(TimeSpan.FromSeconds(whileNobodyHasIt ? 1 : 61));
        Assert.Equal(["a=1", "-a"], await gateway.Hears(_object, 2));
    }

    [Fact]
    public async Task UpdatedAt_grows_strictly_while_the_clock_stands_still_and_createdAt_stays()
    {
        var now = cluster.Now;
        var items = new List<Item>();
        for (var i = 0; i < 5; i++)
            items.Add(await _object.Set("a", "1"));
        Assert.Equal([now, now + 1, now + 2, now + 3, now + 4], items.Select(item => item.UpdatedAt));
        Assert.All(items, item => Assert.Equal(now, item.CreatedAt));
        cluster.Advance(TimeSpan.FromSeconds(1));
        var later = await _object.Set("a", "1");
        Assert.Equal((now, now + 1_000), (later.CreatedAt, later.UpdatedAt));
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("cleared")]
    [InlineData("expired")]
    [InlineData("removed, then loaded again after a failure")]
    [InlineData("removed, then loaded by another activation")]
    public async Task An_item_made_again_carries_no_time_that_the_old_one_carried(string way)
    {
        for (var i = 0; i < 10; i++)
            await _object.Set("a", "1", ttl: 5);
        var last = (await _object.Set("a", "1", ttl: 5)).UpdatedAt;
        if (way == "cleared")
            await _object.Grain.Clear();
        else if (way == "expired")
            cluster.Advance(TimeSpan.FromMilliseconds(5));
        else
            await _object.Remove("a");
        if (way.Contains("failure", StringComparison.Ordinal))
        {
            _object.Faults.Next(CommitOutcome.FailBefore);
            await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("b", "1"));
        }
        else if (way.Contains("activation", StringComparison.Ordinal))
        {
            await _object.Deactivate();
        }

        var again = await _object.Set("a", "1");
        Assert.InRange(again.UpdatedAt, last + 1, last + 1);
        Assert.Equal(again.UpdatedAt, again.CreatedAt);
        Assert.Equal(StorageErrorCode.UpdatedAtMismatch, (await _object.Try("a", "2", updatedAt: last)).Error!.Code);
    }

    private static NamedWrite Write(string name, string value) => new(name, new(TestObject.Json(value), null, false, null, null));
}
