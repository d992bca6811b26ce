using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

/// <summary>In a cluster of its own: the queue that asks a dead client something is busy until it gives up.</summary>
public sealed class DeadGatewayTests(StreamCluster cluster) : IClassFixture<StreamCluster>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_client_that_died_holds_up_no_other()
    {
        using var dying = await cluster.StartClientAsync();
        await Inbox.OpenAsync((IClusterClient)dying.Services.GetService(typeof(IClusterClient))!, _id);
        var alive = await Inbox.OpenAsync(cluster.HostedClient(), $"{_id}-alive");
        await dying.StopAsync(new CancellationToken(canceled: true));

        var publisher = cluster.HostedClient().GetGrain<IPublisherGrain>("a");
        await publisher.Publish(_id, 1, 100);
        await publisher.Publish(alive.GatewayId, 1, 100);

        await alive.WaitForAsync(100, GatewayStreamTests.BeforeGivingUp);
    }
}
