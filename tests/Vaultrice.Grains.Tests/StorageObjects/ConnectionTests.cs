using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class ConnectionTests(ObjectCluster cluster)
{
    private static readonly TimeSpan ResumeWindow = TimeSpan.FromMinutes(2);

    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task A_resumed_connection_gets_what_it_missed_in_order_without_its_own_messages()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var lost = await gateway.Connect(_object);
        await _object.Set("seen", "1");
        await Lose(lost, (await gateway.Connect(_object)).Position);
        await _object.Set("a", "1");
        await _object.Send("\"own\"", lost.ConnectionId);
        await _object.Send("\"other\"");
        await _object.Remove("seen");

        var resumed = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.True(resumed.Resumed);
        Assert.Equal(lost.ConnectionId, resumed.ConnectionId);
        Assert.Equal(["a=1", "message \"other\"", "-seen"], Told(resumed));
        await _object.Set("b", "1");
        await gateway.Hears(_object, 6);
        Assert.Equal(resumed.Position, gateway.NoticesOf(_object)[^1].From);
    }

    [Fact]
    public async Task What_the_peer_never_confirmed_is_told_again()
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Set("a", "2");
        // The gateway does not know what arrived: it confirms nothing.
        await Lose(lost, default);
        lost = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.Equal(["a=1", "a=2"], Told(lost));
        // Resumed, but lost again before it confirmed any of that.
        await Lose(lost, default);
        Assert.Equal(["a=1", "a=2"], Told(await gateway.Connect(_object, resume: lost.ConnectionId)));
    }

    [Theory]
    [InlineData(ObjectCluster.ResumeEvents, ObjectCluster.ResumeEvents)]
    [InlineData(ObjectCluster.ResumeEvents + 1, 1)]
    public async Task Past_the_ring_a_resumed_connection_gets_the_outcome(int missed, int told)
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object);
        await Lose(lost, lost.Position);
        for (var i = 0; i < missed; i++)
            await _object.Increment("n");
        var resumed = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.Equal(told, resumed.Missed.Length);
        Assert.Equal($"n={missed}", Told(resumed).Last());
    }

    [Fact]
    public async Task The_outcome_holds_every_item_that_changed_and_every_removal_and_nothing_else()
    {
        await _object.Set("untouched", "1");
        await _object.Set("changed", "1");
        await _object.Set("removed", "1");
        await _object.Set("removed and back", "0");
        await _object.Set("expired", "1", ttl: 5_000);
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var lost = await gateway.Connect(_object);
        await Lose(lost, lost.Position);
        await _object.Remove("removed", "removed and back");
        for (var i = 0; i < ObjectCluster.ResumeEvents; i++)
            await _object.Increment("n");
        await _object.Set("changed", "2");
        await _object.Set("came and went", "1");
        await _object.Remove("came and went");
        await _object.Set("removed and back", "1");
        cluster.Advance(TimeSpan.FromSeconds(5));

        var resumed = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.True(resumed.Resumed);
        // An expiry that has not been attended to yet is told of right after.
        Assert.Equal(
            ["-came and went", "-removed", "changed=2", "n=8", "removed and back=1"],
            Told(resumed).Where(told => told != "-expired").Order(StringComparer.Ordinal));
        Assert.Equal(1, Told(resumed).Concat(gateway.Heard(_object)).Concat(await Later(gateway)).Distinct().Count(told => told == "-expired"));
    }

    [Fact]
    public async Task A_connection_can_be_resumed_within_its_window_and_not_after()
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object);
        await Lose(lost, lost.Position);
        cluster.Advance(ResumeWindow - TimeSpan.FromMilliseconds(1));
        lost = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.True(lost.Resumed);

        await Lose(lost, lost.Position);
        cluster.Advance(ResumeWindow);
        await _object.Get("tick");
        var late = await gateway.Connect(_object, resume: lost.ConnectionId);
        Assert.False(late.Resumed);
        Assert.NotEqual(lost.ConnectionId, late.ConnectionId);
        Assert.Empty(late.Missed);
    }

    [Fact]
    public async Task An_unknown_connection_is_given_a_new_id()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object, resume: "never given");
        Assert.False(grant.Resumed);
        Assert.NotEqual("never given", grant.ConnectionId);
    }

    [Fact]
    public async Task What_others_see_of_a_connection_does_not_resume_it()
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object);
        var seen = (await _object.Grain.Join(lost.ConnectionId, TestObject.Json("1"), null)).Value!.ConnectionId;
        Assert.Equal(seen, Assert.Single(await _object.Grain.GetPresence()).ConnectionId);
        await Lose(lost, lost.Position);
        var secret = lost.ConnectionId[(seen.Length + 1)..];
        foreach (var guess in new[] { seen, $"{seen}.", secret, $"{seen}.{new string('0', secret.Length)}", lost.ConnectionId[..^1], lost.ConnectionId.ToUpperInvariant() })
        {
            var given = await gateway.Connect(_object, resume: guess);
            Assert.False(given.Resumed);
            await _object.Grain.Disconnect(given.ConnectionId, given.Attachment, default, closedByPeer: true);
        }
        Assert.True((await gateway.Connect(_object, resume: lost.ConnectionId)).Resumed);
    }

    [Fact]
    public async Task Nobody_else_can_resume_a_connection()
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object, principal: "owner");
        await Lose(lost, lost.Position);
        Assert.False((await gateway.Connect(_object, principal: "thief", resume: lost.ConnectionId)).Resumed);
        Assert.True((await gateway.Connect(_object, principal: "owner", resume: lost.ConnectionId)).Resumed);
    }

    [Fact]
    public async Task A_live_connection_is_resumed_once_its_gateway_gives_it_up()
    {
        var old = await cluster.NewGateway();
        var live = await old.Connect(_object);
        var other = await cluster.NewGateway();
        var resuming = other.Connect(_object, resume: live.ConnectionId);
        Assert.Equal(live.ConnectionId, (await old.Hears<ConnectionProbe>(_object)).ConnectionId);
        await _object.TakenUp();
        Assert.False(resuming.IsCompleted);

        await Lose(live, live.Position);
        Assert.True((await resuming).Resumed);
        await _object.Set("a", "1");
        Assert.Equal(["a=1"], await other.Hears(_object, 1));
        await old.Fence(cluster);
        Assert.Empty(old.Heard(_object));
    }

    [Fact]
    public async Task A_connection_taken_up_the_moment_it_is_given_up_can_be_lost_and_taken_up_again()
    {
        var gateway = await cluster.NewGateway();
        var live = await gateway.Connect(_object);
        Assert.True((await _object.Grain.Join(live.ConnectionId, TestObject.Json("1"), null)).Succeeded);
        var resuming = gateway.Connect(_object, resume: live.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await _object.TakenUp();
        await Lose(live, live.Position);
        var resumed = await resuming;
        Assert.True(resumed.Resumed);

        await Lose(resumed, resumed.Position);
        Assert.Single(await _object.Grain.GetPresence());
        Assert.True((await gateway.Connect(_object, resume: live.ConnectionId)).Resumed);
    }

    [Fact]
    public async Task A_live_connection_that_answers_stays_and_who_wanted_it_gets_a_new_id()
    {
        var gateway = await cluster.NewGateway();
        var live = await gateway.Connect(_object);
        var resuming = gateway.Connect(_object, resume: live.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await _object.TakenUp();
        cluster.Advance(TimeSpan.FromMilliseconds(4_999));
        await _object.TakenUp();
        Assert.False(resuming.IsCompleted);
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await resuming.Within("the probe's timeout")).Resumed);
        Assert.True((await _object.Grain.Join(live.ConnectionId, TestObject.Json("1"), null)).Succeeded);
    }

    [Fact]
    public async Task Who_wants_a_connection_whose_peer_has_answered_gets_a_new_id_at_once()
    {
        var gateway = await cluster.NewGateway();
        var live = await gateway.Connect(_object);
        var resuming = gateway.Connect(_object, resume: live.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await _object.TakenUp();
        await _object.Grain.Answered(live.ConnectionId, live.Attachment - 1);
        await _object.TakenUp();
        Assert.False(resuming.IsCompleted);

        await _object.Grain.Answered(live.ConnectionId, live.Attachment);
        Assert.False((await resuming.Within("the answer to who wants the connection")).Resumed);
        Assert.True((await _object.Grain.Join(live.ConnectionId, TestObject.Json("1"), null)).Succeeded);
    }

    [Fact]
    public async Task A_late_answer_of_an_earlier_socket_does_not_keep_who_wants_the_connection_from_it()
    {
        var gateway = await cluster.NewGateway();
        var first = await gateway.Connect(_object);
        await Lose(first, first.Position);
        var second = await gateway.Connect(_object, resume: first.ConnectionId);
        var resuming = gateway.Connect(_object, resume: first.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await _object.TakenUp();
        await _object.Grain.Answered(first.ConnectionId, first.Attachment);
        await SomebodyElseIsAnswered();
        await Lose(second, second.Position);
        Assert.True((await resuming).Resumed);

        // Takes the way that this one would have taken, and later.
        async Task SomebodyElseIsAnswered()
        {
            var other = await cluster.NewGateway();
            var live = await other.Connect(_object);
            var resuming = other.Connect(_object, resume: live.ConnectionId);
            await other.Hears<ConnectionProbe>(_object);
            await _object.Grain.Answered(live.ConnectionId, live.Attachment);
            Assert.False((await resuming.Within("the answer to somebody else")).Resumed);
        }
    }

    [Fact]
    public async Task A_late_word_of_an_earlier_socket_does_not_take_the_connection_from_its_present_one()
    {
        var gateway = await cluster.NewGateway();
        var first = await gateway.Connect(_object);
        await Lose(first, first.Position);
        var second = await gateway.Connect(_object, resume: first.ConnectionId);
        Assert.True(second.Resumed);

        await Lose(first, first.Position);
        await gateway.Renew(_object, new HeldConnection(first.ConnectionId, "p", null, first.Attachment));
        Assert.True((await _object.Grain.Join(second.ConnectionId, TestObject.Json("1"), null)).Succeeded);

        await Lose(second, second.Position);
        Assert.False((await _object.Grain.Join(second.ConnectionId, TestObject.Json("1"), null)).Succeeded);
    }

    [Fact]
    public async Task Of_two_who_resume_the_same_connection_one_gets_it()
    {
        var gateway = await cluster.NewGateway();
        var live = await gateway.Connect(_object);
        var first = gateway.Connect(_object, resume: live.ConnectionId);
        var second = gateway.Connect(_object, resume: live.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await _object.TakenUp();
        await Lose(live, live.Position);
        var grants = await Task.WhenAll(first, second);
        Assert.Single(grants, grant => grant.Resumed);
        Assert.NotEqual(grants[0].ConnectionId, grants[1].ConnectionId);
    }

    [Fact]
    public async Task The_limit_of_connections_is_exact()
    {
        var gateway = await cluster.NewGateway();
        var lost = await gateway.Connect(_object);
        for (var i = 1; i < ObjectCluster.MaxConnections; i++)
            await gateway.Connect(_object);
        Assert.Equal(StorageErrorCode.TooManyConnections, await Refusal(gateway, null));

        await Lose(lost, lost.Position);
        var replacement = await gateway.Connect(_object);
        Assert.Equal(StorageErrorCode.TooManyConnections, await Refusal(gateway, null));
        Assert.Equal(StorageErrorCode.TooManyConnections, await Refusal(gateway, lost.ConnectionId));

        await Lose(replacement, replacement.Position);
        Assert.True((await gateway.Connect(_object, resume: lost.ConnectionId)).Resumed);
    }

    [Fact]
    public async Task A_full_object_still_lets_a_live_connection_be_resumed()
    {
        var gateway = await cluster.NewGateway();
        var live = await gateway.Connect(_object);
        for (var i = 1; i < ObjectCluster.MaxConnections; i++)
            await gateway.Connect(_object);
        var resuming = gateway.Connect(_object, resume: live.ConnectionId);
        await gateway.Hears<ConnectionProbe>(_object);
        await Lose(live, live.Position);
        Assert.True((await resuming).Resumed);
    }

    [Fact]
    public async Task A_gateway_without_connections_is_told_nothing()
    {
        var gateway = await cluster.NewGateway();
        var only = await gateway.Connect(_object);
        await Lose(only, only.Position);
        await _object.Set("a", "1");
        await gateway.Fence(cluster);
        Assert.Empty(gateway.NoticesOf(_object));
    }

    private Task Lose(ConnectionGrant grant, FeedPosition confirmed) =>
        _object.Grain.Disconnect(grant.ConnectionId, grant.Attachment, confirmed, closedByPeer: false);

    private async Task<IEnumerable<string>> Later(TestGateway gateway)
    {
        cluster.Advance(TimeSpan.FromSeconds(1));
        await _object.Set("marker", "1");
        await gateway.Fence(cluster);
        return gateway.Heard(_object);
    }

    private async Task<StorageErrorCode?> Refusal(TestGateway gateway, string? resume) =>
        (await _object.Grain.Connect(new(gateway.Id, "p", resume))).Error?.Code;

    private static IEnumerable<string> Told(ConnectionGrant grant) => grant.Missed.Select(TestGateway.Describe);
}
