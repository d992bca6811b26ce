using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Streams;

namespace Vaultrice.Grains.Streaming;

/// <summary>Adds the streams that carry notices from objects to gateways to a silo.</summary>
public static class GatewayStreams
{
    /// <summary>
    /// Needs a grain storage named <c>PubSubStore</c>, where Orleans keeps who subscribes to what.
    /// The hosted client of the same process can subscribe too.
    /// </summary>
    public static ISiloBuilder AddGatewayStreams(this ISiloBuilder silo)
    {
        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton(BacklogLimits.Default);
        silo.Services.AddSingleton<LostNotices>();
        silo.Services.AddSingleton<LocalQueues>();
        silo.Services.AddSingleton<GatewayStreamAdapter>();
        return silo.AddPersistentStreams(
            StreamNames.Provider,
            (services, _) => services.GetRequiredService<GatewayStreamAdapter>(),
            streams =>
            {
                streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedOnly);
                streams.ConfigurePartitionBalancing((services, _) => services.GetRequiredService<LocalQueues>());
                streams.ConfigurePullingAgent(agent => agent.Configure(Configure));
            });
    }

    private static void Configure(StreamPullingAgentOptions agent)
    {
        // Only how soon an agent goes back to waiting after it has welcomed a new stream; nothing polls.
        agent.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(5);

        // Cursors cut their own batches.
        agent.BatchContainerBatchSize = 1;

        // Shorter than the response timeout: a call that timed out is not repeated, a rejected one is tried again briefly.
        agent.MaxEventDeliveryTime = TimeSpan.FromSeconds(5);
    }
}
