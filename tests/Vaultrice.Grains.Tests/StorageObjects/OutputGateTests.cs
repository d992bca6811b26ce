using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class OutputGateTests(ObjectCluster cluster)
{
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Neither_the_answer_nor_the_event_leaves_before_the_change_is_stored()
    {
        var gateway = await Listener();
        _object.Faults.Hold();
        var set = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        await gateway.Fence(cluster);
        Assert.False(set.IsCompleted);
        Assert.Empty(gateway.Heard(_object));

        commit.Ends(CommitOutcome.Store);
        await set;
        Assert.Equal(["a=1"], await gateway.Hears(_object, 1));
    }

    public static TheoryData<string> Looks => ["get", "get-many", "get-all", "keys", "if-absent", "refused-updated-at", "refused-type", "refused-key-version", "encryption", "remove-nothing"];

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task What_was_derived_from_an_unwritten_change_falls_with_it(string look)
    {
        await _object.Set("a", "\"old\"");
        _object.Faults.Hold();
        var set = _object.Set("a", "\"new\"");
        var rotate = _object.Grain.RotateEncryption(null);
        var commit = await _object.Faults.Held();
        var grain = _object.Grain;
        Task answer = look switch
        {
            "get" => grain.Get("a").AsTask(),
            "get-many" => grain.GetMany(["a"]).AsTask(),
            "get-all" => grain.GetAll(null).AsTask(),
            "keys" => grain.GetKeys(null).AsTask(),
            "if-absent" => _object.Try("a", "0", ifAbsent: true),
            "refused-updated-at" => _object.Try("a", "0", updatedAt: 1),
            "refused-type" => grain.Apply("a", new Increment(TestObject.Json("1"), false, null, null)).AsTask(),
            "refused-key-version" => grain.Send(new(TestObject.Json("0"), 7, null)),
            "encryption" => grain.GetEncryption(null, true),
            _ => grain.Remove([]),
        };
        await _object.TakenUp();
        Assert.False(answer.IsCompleted);

        // Not left to timing: an answer that had left early would now be no failure.
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.FailBefore);
        foreach (var call in new[] { answer, set, rotate })
            await Assert.ThrowsAsync<ObjectStoreException>(() => call);
    }

    [Fact]
    public async Task What_arrives_during_a_commit_is_stored_together_in_the_next()
    {
        _object.Faults.Hold();
        var first = _object.Set("first", "0");
        var commit = await _object.Faults.Held();
        var others = Enumerable.Range(0, 20).Select(i => _object.Set($"other{i}", "0")).ToArray();
        await _object.TakenUp();
        commit.Ends(CommitOutcome.Store);
        (await _object.Faults.Held()).Ends(CommitOutcome.Store);
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1L, 21L], _object.Faults.Seen.Select(seen => seen.Revision));
        Assert.Equal(20, _object.Faults.Seen[1].Records.Length);
    }

    [Fact]
    public async Task Increments_of_one_item_during_a_commit_are_one_record_and_an_event_each()
    {
        var gateway = await Listener();
        _object.Faults.Hold();
        var first = _object.Increment("n");
        var commit = await _object.Faults.Held();
        var others = Enumerable.Range(0, 64).Select(_ => _object.Increment("n")).ToArray();
        await _object.TakenUp();
        commit.Ends(CommitOutcome.Store);
        (await _object.Faults.Held()).Ends(CommitOutcome.Store);

        Assert.Equal(Enumerable.Range(1, 65).Select(n => (long)n), await Task.WhenAll([first, .. others]));
        Assert.Equal(2, _object.Faults.Seen.Length);
        var record = Assert.Single(_object.Faults.Seen[1].Records);
        Assert.Equal("65", TestObject.Text(record.Item!.Value));
        Assert.Equal(65, record.Revision);
        Assert.Equal(Enumerable.Range(1, 65).Select(n => $"n={n}"), await gateway.Hears(_object, 65));
    }

    [Fact]
    public async Task Messages_keep_their_place_between_changes()
    {
        var gateway = await Listener();
        _object.Faults.Hold();
        Task[] calls = [_object.Set("a", "1")];
        var commit = await _object.Faults.Held();
        calls = [.. calls, _object.Send("\"after 1\""), _object.Set("a", "2"), _object.Send("\"after 2\""), _object.Remove("a"), _object.Send("\"end\"")];
        await _object.TakenUp();
        await gateway.Fence(cluster);
        Assert.Empty(gateway.Heard(_object));

        _object.Faults.Flow();
        commit.Ends(CommitOutcome.Store);
        await Task.WhenAll(calls);
        Assert.Equal(["a=1", "message \"after 1\"", "a=2", "message \"after 2\"", "-a", "message \"end\""], await gateway.Hears(_object, 6));
    }

    [Fact]
    public async Task A_message_alone_is_no_commit()
    {
        var gateway = await Listener();
        await _object.Send("1");
        Assert.Equal(["message 1"], await gateway.Hears(_object, 1));
        Assert.Empty(_object.Faults.Seen);
    }

    [Theory]
    [InlineData(CommitOutcome.FailBefore, "a=0")]
    [InlineData(CommitOutcome.FailAfter, "a=1")]
    public async Task A_failed_commit_fails_all_who_wait_and_leaves_what_the_store_holds(CommitOutcome outcome, string stored)
    {
        await _object.Set("a", "0");
        _object.Faults.Hold();
        var committing = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        Task[] followers = [_object.Set("b", "1"), _object.Get("a"), _object.Send("\"lost\""), _object.Increment("n"), _object.Remove("a")];
        await _object.TakenUp();
        _object.Faults.Flow();
        commit.Ends(outcome);

        foreach (var call in followers.Prepend(committing))
            await Assert.ThrowsAsync<ObjectStoreException>(() => call);
        Assert.Equal([stored], await _object.All());
        Assert.Equal(1, await _object.Increment("n"));
        Assert.Equal([stored, "n=1"], await _object.All());
    }

    [Theory]
    [InlineData(CommitOutcome.FailBefore)]
    [InlineData(CommitOutcome.FailAfter)]
    public async Task An_object_gets_over_every_failure_not_just_the_first(CommitOutcome outcome)
    {
        for (var round = 1; round <= 4; round++)
        {
            _object.Faults.Next(outcome);
            await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("a", $"{round}"));
            Assert.Equal(outcome == CommitOutcome.FailAfter ? $"{round}" : null, await _object.Get("a"));
            await _object.Set("b", $"{round}");
            Assert.Equal($"{round}", await _object.Get("b"));
        }
    }

    [Fact]
    public async Task A_load_that_fails_after_a_failed_commit_is_tried_again_by_the_next_call()
    {
        await _object.Set("a", "0");
        _object.Faults.Next(CommitOutcome.FailBefore);
        _object.Faults.FailNextLoads(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("a", "1"));
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Get("a"));
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("a", "2"));
        Assert.Equal("0", await _object.Get("a"));
    }

    [Fact]
    public async Task A_load_that_fails_at_the_first_call_is_told_and_tried_again_by_the_next()
    {
        // An activation loads, and its first call once more.
        _object.Faults.FailNextLoads(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Get("a"));
        await _object.Set("a", "1");
        Assert.Equal("1", await _object.Get("a"));
    }

    [Fact]
    public async Task Listeners_hear_what_a_commit_stored_that_seemed_to_fail_and_nothing_else_of_it()
    {
        var gateway = await Listener();
        await _object.Set("a", "0");
        _object.Faults.Hold();
        var committing = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        var follower = _object.Set("a", "2");
        await _object.TakenUp();
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.FailAfter);
        await Assert.ThrowsAsync<ObjectStoreException>(() => committing);
        await Assert.ThrowsAsync<ObjectStoreException>(() => follower);

        // Nobody calls: the object looks after itself.
        cluster.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a=0", "a=1"], await gateway.Hears(_object, 2));
        await _object.Set("a", "3");
        Assert.Equal(["a=0", "a=1", "a=3"], await gateway.Hears(_object, 3));
        Assert.Equal(3, gateway.PositionOf(_object)!.Value.Revision);
    }

    [Fact]
    public async Task Listeners_hear_nothing_of_a_commit_that_was_not_stored()
    {
        var gateway = await Listener();
        await _object.Set("a", "0");
        _object.Faults.Next(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("a", "1"));
        cluster.Advance(TimeSpan.FromSeconds(2));
        await _object.Set("b", "1");
        Assert.Equal(["a=0", "b=1"], await gateway.Hears(_object, 2));
        Assert.Equal(2, gateway.PositionOf(_object)!.Value.Revision);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_departure_is_told_even_if_a_commit_fails_that_it_waited_with(bool byTime)
    {
        var gateway = await Listener();
        var leaving = await gateway.Connect(_object);
        Assert.True((await _object.Grain.Join(leaving.ConnectionId, TestObject.Json("1"), null)).Succeeded);
        _object.Faults.Hold();
        var set = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        await _object.Grain.Disconnect(leaving.ConnectionId, leaving.Attachment, leaving.Position, closedByPeer: !byTime);
        if (byTime)
        {
            cluster.Advance(TimeSpan.FromSeconds(11));
            await _object.TakenUp();
        }
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => set);

        Assert.Empty(await _object.Grain.GetPresence());
        var seen = ConnectionId.PublicPart(leaving.ConnectionId);
        Assert.Equal([$"joined {seen} 1", $"left {seen} 1"], await gateway.Hears(_object, 2));
    }

    [Theory]
    [InlineData(CommitOutcome.Store)]
    [InlineData(CommitOutcome.FailBefore)]
    public async Task A_catch_up_shows_nothing_unwritten(CommitOutcome outcome)
    {
        var gateway = await Listener();
        _object.Faults.Hold();
        var first = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        // From another epoch: no ring of events can answer, only the present state.
        var renewing = _object.Grain.Renew(new(gateway.Id, new(1, 0, 0), []));
        var second = _object.Set("b", "2");
        await _object.TakenUp();
        commit.Ends(CommitOutcome.Store);
        var next = await _object.Faults.Held();
        var caughtUp = await renewing.Within("the catch-up, which saw only what was stored by the first commit");
        Assert.Equal(["a=1"], caughtUp.Events.Select(TestGateway.Describe));
        Assert.Equal(1, caughtUp.Position.Revision);

        next.Ends(outcome);
        if (outcome == CommitOutcome.Store)
            await second;
        else
            await Assert.ThrowsAsync<ObjectStoreException>(() => second);
        await first;
    }

    [Fact]
    public async Task A_resumed_connection_is_shown_nothing_unwritten()
    {
        var gateway = await Listener();
        var lost = await gateway.Connect(_object);
        await _object.Grain.Disconnect(lost.ConnectionId, lost.Attachment, new(1, 0, 0), closedByPeer: false);
        _object.Faults.Hold();
        var first = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        var resuming = gateway.Connect(_object, resume: lost.ConnectionId);
        var second = _object.Set("b", "2");
        await _object.TakenUp();
        commit.Ends(CommitOutcome.Store);
        var next = await _object.Faults.Held();
        var resumed = await resuming.Within("the resumption, which saw only what was stored by the first commit");
        Assert.True(resumed.Resumed);
        Assert.Equal(["a=1"], resumed.Missed.Select(TestGateway.Describe));
        next.Ends(CommitOutcome.Store);
        await Task.WhenAll(first, second);
        Assert.Equal(["a=1", "b=2"], await gateway.Hears(_object, 2));
    }

    [Fact]
    public async Task A_deactivation_waits_for_the_commit_under_way()
    {
        var gateway = await Listener();
        _object.Faults.Hold();
        var set = _object.Set("a", "1");
        var commit = await _object.Faults.Held();
        await _object.Deactivate();
        var read = _object.Get("a");
        await gateway.Fence(cluster);
        Assert.False(set.IsCompleted || read.IsCompleted);
        Assert.Empty(gateway.Heard(_object));

        commit.Ends(CommitOutcome.Store);
        await set;
        Assert.Equal("1", await read);
        await gateway.Hears<ObjectDeactivated>(_object);
        Assert.Equal(["a=1"], gateway.Heard(_object));
    }

    private async Task<TestGateway> Listener()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        return gateway;
    }
}
