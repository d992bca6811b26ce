using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateways;

/// <summary>What an object tells a gateway that has listeners, through the gateway's stream.</summary>
/// <param name="ObjectKey">The object's grain key.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.GatewayNotice")]
public abstract record GatewayNotice([property: Id(0)] string ObjectKey);

/// <summary>Consecutive events of one object, as one commit made them.</summary>
/// <param name="From">The position before the first of them.</param>
/// <param name="Revision">The object's revision after the last of them.</param>
/// <param name="Events">In order; the first has the sequence <c>From.Sequence + 1</c>.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectEventsNotice")]
public sealed record ObjectEventsNotice(
    string ObjectKey,
    [property: Id(0)] FeedPosition From,
    [property: Id(1)] long Revision,
    [property: Id(2)] ImmutableArray<ObjectEvent> Events) : GatewayNotice(ObjectKey);

/// <summary>Somebody resumes a connection that this gateway holds: give it up if its peer no longer answers.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ConnectionProbe")]
public sealed record ConnectionProbe(
    string ObjectKey,
    [property: Id(0)] string ConnectionId,
    [property: Id(1)] int Attachment) : GatewayNotice(ObjectKey);

/// <summary>The object's activation ends here; whoever still listens must subscribe again, which activates it elsewhere.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectDeactivated")]
public sealed record ObjectDeactivated(string ObjectKey) : GatewayNotice(ObjectKey);
