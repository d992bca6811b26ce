using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

public sealed class GatewayStreamTests(StreamCluster cluster) : IClassFixture<StreamCluster>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    /// <summary>Sooner than a delivery that gets no answer is given up: who hears by then was not waiting for it.</summary>
    internal static readonly TimeSpan BeforeGivingUp = StreamCluster.ResponseTimeout - TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Notices_reach_the_client_in_the_silo_s_process_in_order()
    {
        var inbox = await Inbox.OpenAsync(cluster.HostedClient(), _id);
        await PublisherOf("a").Publish(_id, 1, 5_000);
        await inbox.WaitForAsync(5_000);
        Assert.Equal(Enumerable.Range(1, 5_000), inbox.NumbersOf("a"));
    }

    [Fact]
    public async Task Notices_reach_a_client_over_the_network_in_order()
    {
        var inbox = await Inbox.OpenAsync(cluster.ExternalClient, _id);
        await PublisherOf("a").Publish(_id, 1, 5_000);
        await inbox.WaitForAsync(5_000);
        Assert.Equal(Enumerable.Range(1, 5_000), inbox.NumbersOf("a"));
    }

    [Fact]
    public async Task A_notice_is_not_copied_on_its_way_through_a_process()
    {
        var inbox = await Inbox.OpenAsync(cluster.HostedClient(), _id);
        await PublisherOf("a").PublishShared(_id);
        Assert.Same(Publisher.Shared, Assert.Single(await inbox.WaitForAsync(1)));
    }

    [Fact]
    public async Task Each_of_many_streams_carries_its_own_notices()
    {
        var inboxes = new List<Inbox>();
        for (var i = 0; i < 40; i++)
            inboxes.Add(await Inbox.OpenAsync(i % 2 == 0 ? cluster.HostedClient() : cluster.ExternalClient, $"{_id}-{i}"));

        await Task.WhenAll(inboxes.Select(inbox => PublisherOf($"to {inbox.GatewayId}").Publish(inbox.GatewayId, 1, 50)));

        foreach (var inbox in inboxes)
        {
            await inbox.WaitForAsync(50);
            Assert.Equal(Enumerable.Range(1, 50), inbox.NumbersOf($"to {inbox.GatewayId}"));
        }
    }

    [Fact]
    public async Task What_is_published_right_after_subscribing_arrives_on_a_stream_in_use()
    {
        var first = await Inbox.OpenAsync(cluster.HostedClient(), _id);
        await PublisherOf("a").Publish(_id, 1, 1);
        await first.WaitForAsync(1);
        var second = await Inbox.OpenAsync(cluster.HostedClient(), _id);
        await PublisherOf("a").Publish(_id, 2, 2);
        await second.WaitForAsync(1);
        Assert.Contains(2, second.NumbersOf("a"));
    }

    /// <summary>
    /// The stalled gateway and the others are different processes, as they are in life: Orleans calls the observers of one
    /// client one after the other.
    /// </summary>
    [Fact]
    public async Task A_stalled_gateway_holds_up_no_other()
    {
        var stall = new TaskCompletionSource();
        var stalled = await Inbox.OpenAsync(cluster.ExternalClient, _id, stall.Task);
        try
        {
            await PublisherOf("a").Publish(_id, 1, 1_000);
            await stalled.Called.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

            // More streams than a silo has queues, so that at least one shares the stalled one's.
            var others = new List<Inbox>();
            for (var i = 0; i < 20; i++)
                others.Add(await Inbox.OpenAsync(cluster.HostedClient(), $"{_id}-{i}"));
            foreach (var other in others)
                await PublisherOf("b").Publish(other.GatewayId, 1, 100);

            await Task.WhenAll(others.Select(other => other.WaitForAsync(100, BeforeGivingUp)));
            Assert.Empty(stalled.Received);
        }
        finally
        {
            stall.SetResult();
        }
        await stalled.WaitForAsync(1_000);
        Assert.Equal(Enumerable.Range(1, 1_000), stalled.NumbersOf("a"));
    }

    [Fact]
    public async Task Who_unsubscribed_is_told_nothing_more()
    {
        var leaving = new Inbox(_id);
        var handle = await StreamCluster.StreamOf(cluster.HostedClient(), _id).SubscribeAsync(leaving);
        var staying = await Inbox.OpenAsync(cluster.HostedClient(), _id);
        await PublisherOf("a").Publish(_id, 1, 10);
        await Task.WhenAll(leaving.WaitForAsync(10), staying.WaitForAsync(10));

        await handle.UnsubscribeAsync();
        await PublisherOf("a").Publish(_id, 11, 20);

        await staying.WaitForAsync(20);
        Assert.Equal(10, leaving.Received.Count);
    }

    private IPublisherGrain PublisherOf(string key) => cluster.HostedClient().GetGrain<IPublisherGrain>(key);
}
