using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>What a connection has proved stays with it, wherever its socket is, and with no other.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class ConnectionIdentityTests(ObjectCluster cluster)
{
    private readonly VerifiedIdentity _alice = new("settings", TestObject.Json("\"alice\""));
    private readonly VerifiedIdentity _bob = new("settings", TestObject.Json("\"bob\""));
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Whoever_resumes_a_connection_is_told_what_it_proved_on_any_gateway()
    {
        var (one, other) = (await cluster.NewGateway(), await cluster.NewGateway());
        var first = await one.Connect(_object);
        Assert.Null(first.Identity);
        await Join(first, _alice);
        await Lose(first);
        var resumed = await other.Connect(_object, resume: first.ConnectionId);
        Assert.True(resumed.Resumed);
        Assert.Equal("\"alice\"", Claims(resumed));
        Assert.Null((await other.Connect(_object)).Identity);
    }

    [Fact]
    public async Task Joining_again_without_a_proof_and_leaving_change_nothing_of_it_and_a_new_proof_replaces_it()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        await Join(grant, _alice);
        await Join(grant, null);
        await _object.Grain.Leave(grant.ConnectionId);
        await Lose(grant);
        grant = await gateway.Connect(_object, resume: grant.ConnectionId);
        Assert.Equal("\"alice\"", Claims(grant));
        await Join(grant, _bob);
        await Lose(grant);
        Assert.Equal("\"bob\"", Claims(await gateway.Connect(_object, resume: grant.ConnectionId)));
    }

    [Fact]
    public async Task A_refused_join_proves_nothing()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        Assert.False((await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), keyVersion: 7, _alice)).Succeeded);
        await Lose(grant);
        Assert.Null((await gateway.Connect(_object, resume: grant.ConnectionId)).Identity);
    }

    [Fact]
    public async Task A_new_activation_learns_it_from_the_gateway_that_holds_the_connection()
    {
        var gateway = await cluster.NewGateway();
        var grant = await gateway.Connect(_object);
        await Join(grant, _alice);
        await _object.Deactivate();
        await gateway.Hears<Gateways.ObjectDeactivated>(_object);
        await gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "p", null, grant.Attachment, _alice));
        // What a gateway says of a connection that the object knows is older than what the object knows.
        await Join(grant, _bob);
        await gateway.Renew(_object, new HeldConnection(grant.ConnectionId, "p", null, grant.Attachment, _alice));
        await Lose(grant);
        Assert.Equal("\"bob\"", Claims(await gateway.Connect(_object, resume: grant.ConnectionId)));
    }

    private async Task Join(ConnectionGrant grant, VerifiedIdentity? identity) =>
        Assert.True((await _object.Grain.Join(grant.ConnectionId, TestObject.Json("1"), null, identity)).Succeeded);

    private Task Lose(ConnectionGrant grant) => _object.Grain.Disconnect(grant.ConnectionId, grant.Attachment, default, closedByPeer: false);

    private static string Claims(ConnectionGrant grant) => TestObject.Text(grant.Identity!.Claims);
}
