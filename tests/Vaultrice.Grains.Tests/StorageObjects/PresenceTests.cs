using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class PresenceTests(ObjectCluster cluster)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(90);

    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task All_hear_who_joins_and_leaves_and_the_list_shows_the_oldest_first()
    {
        var gateway = await cluster.NewGateway();
        var (first, second) = (await Joined(gateway, "1"), await Joined(gateway, "2"));
        Assert.Equal([Seen(first), Seen(second)], await Present());

        await _object.Grain.Leave(first);
        await _object.Grain.Leave(first);
        Assert.Equal([Seen(second)], await Present());
        await gateway.Fence(cluster);
        Assert.Equal([$"joined {Seen(first)} 1", $"joined {Seen(second)} 2", $"left {Seen(first)} 1"], gateway.Heard(_object));
    }

    [Fact]
    public async Task Who_joins_again_keeps_the_time_of_the_first_and_shows_the_new_data()
    {
        var gateway = await cluster.NewGateway();
        var id = await Joined(gateway, "1");
        var before = Assert.Single(await _object.Grain.GetPresence());
        cluster.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before.JoinedAt, (await Join(id, "2")).Value!.JoinedAt);
        Assert.Equal((before.JoinedAt, "2"), Shown(Assert.Single(await _object.Grain.GetPresence())));
        Assert.Equal([$"joined {Seen(id)} 1", $"joined {Seen(id)} 2"], await gateway.Hears(_object, 2));
    }

    [Fact]
    public async Task Only_a_live_connection_can_join_and_only_with_an_issued_key_version()
    {
        Assert.Equal(StorageErrorCode.UnknownConnection, (await Join("nobody", "1")).Error!.Code);
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        Assert.Equal(StorageErrorCode.KeyVersionMismatch, (await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), 0)).Error!.Code);
        await _object.Grain.GetEncryption(null, true);
        Assert.Equal(0, (await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), 0)).Value!.KeyVersion);
        await Lose(grant.ConnectionId);
        Assert.Equal(StorageErrorCode.UnknownConnection, (await Join(grant.ConnectionId, "1")).Error!.Code);
    }

    [Fact]
    public async Task Who_is_lost_without_goodbye_stays_for_the_grace_period()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var id = await Joined(gateway, "1");
        await Lose(id);
        cluster.Advance(Grace - TimeSpan.FromMilliseconds(1));
        Assert.Equal([Seen(id)], await Present());
        await gateway.Fence(cluster);
        Assert.Equal([$"joined {Seen(id)} 1"], gateway.Heard(_object));

        cluster.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal([$"joined {Seen(id)} 1", $"left {Seen(id)} 1"], await gateway.Hears(_object, 2));
        Assert.Empty(await Present());
        // The connection itself can still be taken up again.
        Assert.True((await gateway.Connect(_object, resume: id)).Resumed);
        Assert.Empty(await Present());
    }

    [Fact]
    public async Task Who_comes_back_within_the_grace_period_never_left()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var id = await Joined(gateway, "1");
        await Lose(id);
        cluster.Advance(Grace - TimeSpan.FromMilliseconds(1));
        Assert.True((await gateway.Connect(_object, resume: id)).Resumed);
        cluster.Advance(Grace);
        Assert.Equal([Seen(id)], await Present());
        await gateway.Fence(cluster);
        Assert.Equal([$"joined {Seen(id)} 1"], gateway.Heard(_object));
    }

    [Fact]
    public async Task Who_says_goodbye_leaves_at_once()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        var id = await Joined(gateway, "1");
        await _object.Grain.Disconnect(id, 1, default, closedByPeer: true);
        Assert.Empty(await Present());
        Assert.Equal([$"joined {Seen(id)} 1", $"left {Seen(id)} 1"], await gateway.Hears(_object, 2));
    }

    [Fact]
    public async Task The_connections_of_a_gateway_that_no_longer_renews_leave_after_lease_and_grace()
    {
        var alive = await cluster.NewGateway();
        var witness = await alive.Connect(_object);
        var dead = await cluster.NewGateway();
        var id = await Joined(dead, "1");
        cluster.Advance(Lease - TimeSpan.FromMilliseconds(2));
        await alive.Renew(_object, new HeldConnection(witness.ConnectionId, "p", null, witness.Attachment));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([Seen(id)], await Present());
        cluster.Advance(Grace - TimeSpan.FromMilliseconds(1));
        Assert.Equal([Seen(id)], await Present());
        await alive.Fence(cluster);
        Assert.Equal([$"joined {Seen(id)} 1"], alive.Heard(_object));

        cluster.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([$"joined {Seen(id)} 1", $"left {Seen(id)} 1"], await alive.Hears(_object, 2));
        Assert.Empty(await Present());
        Assert.True((await alive.Connect(_object, resume: id)).Resumed);
    }

    [Fact]
    public async Task A_gateway_that_renews_keeps_its_connections()
    {
        var gateway = await cluster.NewGateway();
        var id = await Joined(gateway, "1");
        for (var i = 0; i < 5; i++)
        {
            cluster.Advance(Lease - TimeSpan.FromMilliseconds(1));
            await gateway.Renew(_object, new HeldConnection(id, "p", null, 1));
        }
        Assert.Equal([Seen(id)], await Present());
        await _object.Set("a", "1");
        Assert.Equal([$"joined {Seen(id)} 1", "a=1"], await gateway.Hears(_object, 2));
    }

    [Fact]
    public async Task Who_was_told_to_have_left_with_a_gateway_is_told_to_be_back_with_it()
    {
        var alive = await cluster.NewGateway();
        var witness = await alive.Connect(_object);
        var stalled = await cluster.NewGateway();
        var id = await Joined(stalled, "1");
        cluster.Advance(Lease - TimeSpan.FromMilliseconds(2));
        await alive.Renew(_object, new HeldConnection(witness.ConnectionId, "p", null, witness.Attachment));
        cluster.Advance(TimeSpan.FromMilliseconds(3));
        Assert.Equal([Seen(id)], await Present());
        cluster.Advance(Grace + TimeSpan.FromSeconds(1));
        Assert.Equal([$"joined {Seen(id)} 1", $"left {Seen(id)} 1"], await alive.Hears(_object, 2));

        var presence = new JoinedConnection(Seen(id), 1, TestObject.Json("1"), null);
        await stalled.Renew(_object, new HeldConnection(id, "p", presence, 1));
        Assert.Equal($"joined {Seen(id)} 1", (await alive.Hears(_object, 3))[2]);
        Assert.Equal([Seen(id)], await Present());
    }

    private async Task<string> Joined(TestGateway gateway, string data)
    {
        var grant = await gateway.Connect(_object);
        Assert.True((await Join(grant.ConnectionId, data)).Succeeded);
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        return grant.ConnectionId;
    }

    private Task<StorageResult<JoinedConnection>> Join(string connectionId, string data) =>
        _object.Grain.Join(connectionId, TestObject.Json(data), null);

    /// <summary>What others call a connection.</summary>
    private static string Seen(string connectionId) => ConnectionId.PublicPart(connectionId);

    private Task Lose(string connectionId) => _object.Grain.Disconnect(connectionId, 1, default, closedByPeer: false);

    private async Task<IEnumerable<string>> Present() => (await _object.Grain.GetPresence()).Select(joined => joined.ConnectionId);

    private static (long JoinedAt, string Data) Shown(JoinedConnection joined) => (joined.JoinedAt, TestObject.Text(joined.Data));
}
