using System.Collections.Concurrent;
using Orleans.Streams;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// The queues of this silo. Every silo has its own set and runs the agents of exactly that set: what a grain publishes
/// stays in its process until it is delivered, and the silos have nothing to balance. Agents of different silos differ by
/// their silo's address, so the queues' ids may repeat.
/// </summary>
internal sealed class LocalQueues : IStreamQueueMapper, IStreamQueueBalancer
{
    /// <summary>
    /// An agent reads nothing while it shakes hands with a new stream's consumer, and a consumer that has just died
    /// answers only by timeout. A waiting agent costs nothing, so there are enough that gateways rarely share one.
    /// </summary>
    private const uint Count = 16;

    private readonly Dictionary<QueueId, NoticeQueue> _queues = [];
    private readonly QueueId[] _ids = new QueueId[Count];
    private readonly ConcurrentDictionary<StreamId, QueueId> _assigned = [];
    private uint _nextQueue;

    public LocalQueues(BacklogLimits limits, LostNotices lostNotices, TimeProvider time)
    {
        for (uint i = 0; i < Count; i++)
        {
            _ids[i] = QueueId.GetQueueId(StreamNames.Provider, i, i);
            _queues.Add(_ids[i], new NoticeQueue(limits, lostNotices, time));
        }
    }

    public NoticeQueue this[QueueId queueId] => _queues[queueId];

    public NoticeQueue QueueOf(StreamId streamId) => _queues[GetQueueForStream(streamId)];

    public IEnumerable<QueueId> GetAllQueues() => _ids;

    /// <summary>Streams take turns at the queues as they first appear; by hash, two of a few gateways could meet in one.</summary>
    public QueueId GetQueueForStream(StreamId streamId) =>
        _assigned.GetOrAdd(streamId, static (_, self) => self._ids[(Interlocked.Increment(ref self._nextQueue) - 1) % Count], this);

    public Task Initialize(IStreamQueueMapper queueMapper) => Task.CompletedTask;

    public IEnumerable<QueueId> GetMyQueues() => _ids;

    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;

    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;

    public Task Shutdown() => Task.CompletedTask;
}
