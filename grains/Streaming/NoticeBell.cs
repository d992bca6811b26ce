using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// What the pulling agent pulls: the news that a stream has notices. The notices stay in the backlog until a cursor
/// cuts a batch for its consumer, so that a busy stream costs one delivery for many of them.
/// </summary>
internal sealed class NoticeBell(StreamId streamId, long position) : IBatchContainer
{
    public StreamId StreamId => streamId;

    public StreamSequenceToken SequenceToken { get; } = new EventSequenceTokenV2(position);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [];

    public bool ImportRequestContext() => false;
}
