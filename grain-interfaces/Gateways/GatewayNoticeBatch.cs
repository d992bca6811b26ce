using System.Collections.Immutable;
using Orleans.Streams;

namespace Vaultrice.Gateways;

/// <summary>Consecutive notices of one gateway's stream, as they travel in one call to the gateway.</summary>
/// <param name="StreamId">The gateway's stream.</param>
/// <param name="SequenceToken">The place of the first notice in the sending silo's backlog; all notices of the batch show it.</param>
/// <param name="Notices">In the order they were published; at least one.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.GatewayNoticeBatch")]
public sealed record GatewayNoticeBatch(
    [property: Id(0)] StreamId StreamId,
    [property: Id(1)] StreamSequenceToken SequenceToken,
    [property: Id(2)] ImmutableArray<GatewayNotice> Notices) : IBatchContainer
{
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        foreach (var notice in Notices)
            yield return Tuple.Create((T)(object)notice, SequenceToken);
    }

    /// <summary>Notices carry no request context: they are told to many, on nobody's behalf.</summary>
    public bool ImportRequestContext() => false;
}
