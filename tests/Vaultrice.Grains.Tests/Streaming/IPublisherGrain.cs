using Orleans.Placement;
using Orleans.Streams;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.Tests.Streaming;

/// <summary>Publishes numbered notices to gateways, as an object does.</summary>
[Alias("vaultrice.tests.IPublisherGrain")]
public interface IPublisherGrain : IGrainWithStringKey
{
    /// <summary>Publishes the numbers <paramref name="first"/> to <paramref name="last"/>, under the grain's key.</summary>
    [Alias("Publish")]
    Task Publish(string gatewayId, int first, int last);

    /// <summary>Publishes <see cref="Publisher.Shared"/> itself.</summary>
    [Alias("PublishShared")]
    Task PublishShared(string gatewayId);
}

/// <summary>Lives on the silo whose client calls it first.</summary>
[PreferLocalPlacement, GrainType("vaultrice.tests.publisher")]
public sealed class Publisher : Grain, IPublisherGrain
{
    public static ConnectionProbe Shared { get; } = new("shared", "1", 1);

    public Task Publish(string gatewayId, int first, int last)
    {
        var stream = StreamOf(gatewayId);
        for (var number = first; number <= last; number++)
        {
            var published = stream.OnNextAsync(new ConnectionProbe(this.GetPrimaryKeyString(), $"{number}", 1));
            if (!published.IsCompletedSuccessfully)
                throw new InvalidOperationException("Publishing made the producer wait.");
        }
        return Task.CompletedTask;
    }

    public Task PublishShared(string gatewayId) => StreamOf(gatewayId).OnNextAsync(Shared);

    private IAsyncStream<GatewayNotice> StreamOf(string gatewayId) =>
        this.GetStreamProvider(StreamNames.Provider).GetStream<GatewayNotice>(StreamId.Create(StreamNames.Gateways, gatewayId));
}
