using Orleans.Streams;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.Streaming;

/// <summary>Plugs this silo's <see cref="LocalQueues"/> into Orleans' persistent stream provider.</summary>
internal sealed class GatewayStreamAdapter(LocalQueues queues) : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    public string Name => StreamNames.Provider;

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    /// <summary>Publishes without waiting: the order of calls is the order of delivery.</summary>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        var queue = queues.QueueOf(streamId);
        foreach (var published in events)
            queue.Append(streamId, published as GatewayNotice
                ?? throw new ArgumentException($"Gateway streams carry {nameof(GatewayNotice)}s only.", nameof(events)));
        return Task.CompletedTask;
    }

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new NoticeReceiver(queues[queueId]);

    public IQueueCache CreateQueueCache(QueueId queueId) => new NoticeCache(queues[queueId]);

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => queues;

    /// <summary>A failed delivery leaves the subscription alone: the gateway subscribes once, when it starts.</summary>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler(false));
}
