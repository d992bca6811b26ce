using Orleans.Streams;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.Streaming;

/// <summary>How far one consumer has come in a stream's backlog; each step is a batch of all that waits, up to a limit.</summary>
internal sealed class NoticeCursor(NoticeQueue queue, StreamBacklog backlog) : IQueueCacheCursor
{
    private GatewayNoticeBatch? _current;

    /// <summary>The next notice to hand out; guarded by the queue's lock.</summary>
    public long Position { get; set; }

    /// <summary>Whether the consumer went idle, so that the next notice must ring; guarded by the queue's lock.</summary>
    public bool Drained { get; set; } = true;

    public bool MoveNext()
    {
        _current = queue.Read(backlog, this);
        return _current is not null;
    }

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <summary>Nothing to do: the position already says where to go on.</summary>
    public void Refresh(StreamSequenceToken? token)
    {
    }

    public void RecordDeliveryFailure() => queue.RecordDeliveryFailure(backlog, _current?.Notices.Length ?? 0);

    public void Dispose() => queue.Close(backlog, this);
}
