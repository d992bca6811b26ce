using System.Diagnostics;
using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

public sealed class GatewayStreamClusterTests
{
    [Fact]
    public async Task Grains_on_both_silos_reach_one_client_each_in_its_own_order()
    {
        await using var cluster = new TwoSilos();
        await cluster.InitializeAsync();
        var external = await Inbox.OpenAsync(cluster.ExternalClient, "external");
        var hosted = await Inbox.OpenAsync(cluster.HostedClient(1), "hosted");

        for (var silo = 0; silo < 2; silo++)
        {
            var publisher = cluster.HostedClient(silo).GetGrain<IPublisherGrain>($"on {silo}");
            await publisher.Publish(external.GatewayId, 1, 2_000);
            await publisher.Publish(hosted.GatewayId, 1, 2_000);
        }

        foreach (var inbox in new[] { external, hosted })
        {
            await inbox.WaitForAsync(4_000);
            Assert.Equal(Enumerable.Range(1, 2_000), inbox.NumbersOf("on 0"));
            Assert.Equal(Enumerable.Range(1, 2_000), inbox.NumbersOf("on 1"));
        }
    }

    [Fact]
    public async Task A_silo_whose_agents_wait_stops_within_ten_seconds()
    {
        await using var cluster = new TwoSilos();
        await cluster.InitializeAsync();
        var inbox = await Inbox.OpenAsync(cluster.HostedClient(0), "g");
        await cluster.HostedClient(0).GetGrain<IPublisherGrain>("a").Publish("g", 1, 1);
        await cluster.HostedClient(1).GetGrain<IPublisherGrain>("b").Publish("g", 1, 1);
        await inbox.WaitForAsync(2);

        var start = Stopwatch.GetTimestamp();
        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[1], TestContext.Current.CancellationToken);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        await cluster.HostedClient(0).GetGrain<IPublisherGrain>("a").Publish("g", 2, 2);
        await inbox.WaitForAsync(3);
        Assert.Equal([1, 2], inbox.NumbersOf("a"));
    }
}
