using System.Collections.Immutable;

namespace Vaultrice.StorageObjects;

/// <summary>A gateway asks for a connection on behalf of a socket.</summary>
/// <param name="GatewayId">The gateway that holds the socket.</param>
/// <param name="Principal">Who is asking; only the same principal may resume.</param>
/// <param name="Resume">The id of an earlier connection to take up again, or null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ConnectionRequest")]
public sealed record ConnectionRequest(
    [property: Id(0)] string GatewayId,
    [property: Id(1)] string Principal,
    [property: Id(2)] string? Resume);

/// <summary>A connection was given or taken up again.</summary>
/// <param name="ConnectionId">Its whole id (see <see cref="StorageObjects.ConnectionId"/>); the asked one exactly when <paramref name="Resumed"/>.</param>
/// <param name="Resumed">Whether the earlier connection goes on.</param>
/// <param name="Position">Where the object's history stands after <paramref name="Missed"/>.</param>
/// <param name="Missed">What happened since the earlier connection was lost.</param>
/// <param name="Attachment">Counts how often the connection was given out; tells this socket from its earlier and later ones.</param>
/// <param name="Identity">Who the connection has proved to be, if it goes on; else null.</param>
/// <param name="Joined">Its presence, if it goes on and has joined; else null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ConnectionGrant")]
public sealed record ConnectionGrant(
    [property: Id(0)] string ConnectionId,
    [property: Id(1)] bool Resumed,
    [property: Id(2)] FeedPosition Position,
    [property: Id(3)] ImmutableArray<ObjectEvent> Missed,
    [property: Id(4)] int Attachment,
    [property: Id(5)] VerifiedIdentity? Identity = null,
    [property: Id(6)] JoinedConnection? Joined = null);

/// <summary>A gateway's subscription to one object.</summary>
/// <param name="GatewayId">The gateway.</param>
/// <param name="Position">Up to where it has handed events to its sockets.</param>
/// <param name="Connections">The connections it holds for the object.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.GatewayLease")]
public sealed record GatewayLease(
    [property: Id(0)] string GatewayId,
    [property: Id(1)] FeedPosition Position,
    [property: Id(2)] ImmutableArray<HeldConnection> Connections);

/// <summary>A connection as its gateway knows it: enough for a new activation of the object to know it too.</summary>
/// <param name="ConnectionId">The connection's whole id.</param>
/// <param name="Principal">Who opened it.</param>
/// <param name="Joined">Its presence, or null if it has not joined.</param>
/// <param name="Attachment">As granted.</param>
/// <param name="Identity">Who it has proved to be, or null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.HeldConnection")]
public sealed record HeldConnection(
    [property: Id(0)] string ConnectionId,
    [property: Id(1)] string Principal,
    [property: Id(2)] JoinedConnection? Joined,
    [property: Id(3)] int Attachment,
    [property: Id(4)] VerifiedIdentity? Identity = null);

/// <summary>Who the client of a connection has proved to be; it stands for the connection, also when that is resumed.</summary>
/// <param name="Settings">Names the class's settings it was proved by: by others it counts for nothing.</param>
/// <param name="Claims">What was proved, raw JSON: claims of a token, or a user id.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.VerifiedIdentity")]
public sealed record VerifiedIdentity(
    [property: Id(0)] string Settings,
    [property: Id(1)] ReadOnlyMemory<byte> Claims);

/// <summary>What a gateway missed.</summary>
/// <param name="Position">Where the object's history stands after the events.</param>
/// <param name="Events">In order; item events may tell the outcome of several changes at once.</param>
/// <param name="Complete">
/// False when the object no longer knows everything that happened since: the gateway's sockets must then come back as new ones.
/// </param>
[GenerateSerializer, Immutable, Alias("vaultrice.CatchUp")]
public sealed record CatchUp(
    [property: Id(0)] FeedPosition Position,
    [property: Id(1)] ImmutableArray<ObjectEvent> Events,
    [property: Id(2)] bool Complete);
