using Orleans.Streams;

namespace Vaultrice.Gateway.RealTime;

/// <summary>Adds the streams that carry notices to this gateway to a client of the cluster; in a silo's process the silo has them.</summary>
public static class GatewayStreams
{
    public static IClientBuilder AddGatewayStreams(this IClientBuilder client) =>
        client.AddPersistentStreams(
            StreamNames.Provider,
            (_, _) => new ReceivingStreamAdapter(),
            streams => streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedOnly));
}
