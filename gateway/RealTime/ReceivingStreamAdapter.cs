using Orleans.Streams;

namespace Vaultrice.Gateway.RealTime;

/// <summary>The client's end of the gateway streams: the silos hold the queues and call the client, so it only subscribes.</summary>
internal sealed class ReceivingStreamAdapter : IQueueAdapterFactory, IQueueAdapter
{
    public string Name => StreamNames.Provider;

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("Only grains publish to gateway streams.");

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => throw NoQueues();

    public IQueueAdapterCache GetQueueAdapterCache() => throw NoQueues();

    public IStreamQueueMapper GetStreamQueueMapper() => throw NoQueues();

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => throw NoQueues();

    private static NotSupportedException NoQueues() => new("Only silos run queues.");
}
