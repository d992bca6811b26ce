using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class RenewalTests(ObjectCluster cluster)
{
    /// <summary>Twice the resume window and the gateway's lease together.</summary>
    private static readonly TimeSpan RemovalsKept = TimeSpan.FromMinutes(7);

    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task A_gateway_that_missed_notices_gets_just_these()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        await _object.Set("a", "1");
        await gateway.Hears(_object, 1);
        var position = gateway.PositionOf(_object)!.Value;
        await _object.Set("a", "2");
        await _object.Send("\"m\"");
        var caughtUp = await _object.Grain.Renew(new(gateway.Id, position, [new(grant.ConnectionId, "p", null, grant.Attachment)]));
        Assert.True(caughtUp.Complete);
        Assert.Equal(["a=2", "message \"m\""], Told(caughtUp));
        Assert.Equal(position with { Sequence = position.Sequence + 2, Revision = 2 }, caughtUp.Position);
    }

    [Fact]
    public async Task A_gateway_that_missed_nothing_is_told_nothing()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1");
        await gateway.Hears(_object, 1);
        var position = gateway.PositionOf(_object)!.Value;
        var caughtUp = await gateway.Renew(_object);
        Assert.True(caughtUp.Complete);
        Assert.Empty(caughtUp.Events);
        Assert.Equal(position, caughtUp.Position);
    }

    [Fact]
    public async Task A_new_activation_restores_connections_and_presence_and_tells_what_was_missed()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        var joined = (await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), null)).Value!;
        await _object.Set("a", "1");
        await gateway.Hears(_object, 2);
        await Deactivated(gateway);
        cluster.Advance(TimeSpan.FromSeconds(1));
        await _object.Set("b", "1");
        await _object.Remove("a");

        var before = gateway.PositionOf(_object)!.Value;
        var caughtUp = await gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "p", joined, grant.Attachment));
        Assert.True(caughtUp.Complete);
        Assert.NotEqual(before.Epoch, caughtUp.Position.Epoch);
        Assert.Equal(["b=1", "-a"], Told(caughtUp));
        var restored = Assert.Single(await _object.Grain.GetPresence());
        Assert.Equal((joined.ConnectionId, joined.JoinedAt), (restored.ConnectionId, restored.JoinedAt));

        await _object.Set("c", "1");
        await _object.Grain.Disconnect(grant.ConnectionId, grant.Attachment, default, closedByPeer: true);
        Assert.Equal("c=1", (await gateway.Hears(_object, 5))[4]);
        Assert.Empty(await _object.Grain.GetPresence());
    }

    [Fact]
    public async Task A_connection_restored_by_its_gateway_can_be_resumed_by_its_owner_alone()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object, principal: "owner");
        await _object.Set("a", "1");
        await gateway.Hears(_object, 1);
        await Deactivated(gateway);
        await gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "owner", null, grant.Attachment));
        await _object.Grain.Disconnect(grant.ConnectionId, grant.Attachment, gateway.PositionOf(_object)!.Value, closedByPeer: false);
        await _object.Set("b", "1");
        Assert.False((await gateway.Connect(_object, "thief", grant.ConnectionId)).Resumed);
        var resumed = await gateway.Connect(_object, "owner", grant.ConnectionId);
        Assert.True(resumed.Resumed);
        Assert.Equal(["b=1"], resumed.Missed.Select(TestGateway.Describe));
    }

    [Fact]
    public async Task What_was_stored_but_never_announced_is_told_by_the_next_activation()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        await _object.Set("a", "1");
        await gateway.Hears(_object, 1);
        _object.Faults.Next(CommitOutcome.FailAfter);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("a", "2"));
        await Deactivated(gateway);

        var caughtUp = await gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "p", null, grant.Attachment));
        Assert.Equal(["a=2"], Told(caughtUp));
        Assert.Equal(2, caughtUp.Position.Revision);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Removals_are_remembered_for_a_time_and_then_the_history_is_incomplete(bool reactivated)
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Remove("a");
        await _object.Set("b", "1", ttl: 3_600_000);
        cluster.Advance(RemovalsKept - TimeSpan.FromMilliseconds(1));
        if (reactivated)
            await _object.Deactivate();
        var caughtUp = await Since(1);
        Assert.True(caughtUp.Complete);
        Assert.Equal(["-a", "b=1"], Told(caughtUp));

        cluster.Advance(TimeSpan.FromSeconds(1));
        if (reactivated)
            await _object.Deactivate();
        else
            await _object.Set("attended", "1");
        caughtUp = await Since(1);
        Assert.False(caughtUp.Complete);
        Assert.Empty(caughtUp.Events);
        caughtUp = await Since(2);
        Assert.True(caughtUp.Complete);
        Assert.Equal("b=1", Told(caughtUp).First());
    }

    [Fact]
    public async Task A_place_the_object_has_never_reached_is_no_place_to_go_on_from()
    {
        await _object.Set("a", "1");
        Assert.False((await Since(2)).Complete);
        Assert.True((await Since(1)).Complete);
    }

    [Fact]
    public async Task A_gateway_without_a_place_is_told_everything()
    {
        await _object.Set("a", "1");
        await _object.Set("b", "1");
        await _object.Remove("a");
        Assert.Equal(["b=1", "-a"], Told(await _object.Grain.Renew(new("new", default, []))));
    }

    [Fact]
    public async Task A_connection_its_gateway_does_not_name_is_lost_unless_it_was_given_a_moment_ago()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        Assert.True((await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), null)).Succeeded);
        cluster.Advance(TimeSpan.FromSeconds(30));
        await gateway.Renew(_object);
        cluster.Advance(TimeSpan.FromSeconds(11));
        Assert.Single(await _object.Grain.GetPresence());

        await gateway.Renew(_object);
        cluster.Advance(TimeSpan.FromSeconds(11));
        Assert.Empty(await _object.Grain.GetPresence());
    }

    [Fact]
    public async Task A_renewal_that_set_out_before_a_departure_does_not_bring_it_back()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        var joined = (await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), null)).Value!;
        _object.Faults.Hold();
        var set = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        var renewing = gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "p", joined, grant.Attachment));
        var leaving = _object.Grain.Leave(grant.ConnectionId);
        await _object.TakenUp();
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.Store);
        await Task.WhenAll(set, renewing, leaving);
        Assert.Empty(await _object.Grain.GetPresence());
    }

    private Task<CatchUp> Since(long revision) => _object.Grain.Renew(new("late", new(1, 0, revision), []));

    private async Task Deactivated(TestGateway gateway)
    {
        await _object.Deactivate();
        await gateway.Hears<ObjectDeactivated>(_object);
    }

    private static IEnumerable<string> Told(CatchUp caughtUp) => caughtUp.Events.Select(TestGateway.Describe);
}
