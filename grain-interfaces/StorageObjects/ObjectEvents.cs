namespace Vaultrice.StorageObjects;

/// <summary>One thing that happened to an object and that its listeners are told.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectEvent")]
public abstract record ObjectEvent;

/// <summary>An item was written.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ItemSet")]
public sealed record ItemSet(
    [property: Id(0)] string Name,
    [property: Id(1)] Item Item) : ObjectEvent;

/// <summary>An item was removed or has expired; also told for names that did not exist.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ItemRemoved")]
public sealed record ItemRemoved(
    [property: Id(0)] string Name) : ObjectEvent;

/// <summary>A message for all connections but its sender's.</summary>
/// <param name="Payload">Raw JSON.</param>
/// <param name="KeyVersion">The version of the encryption settings used, or null for plain JSON.</param>
/// <param name="Sender">The connection that must not receive it, or null when it came over HTTP.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.MessageSent")]
public sealed record MessageSent(
    [property: Id(0)] ReadOnlyMemory<byte> Payload,
    [property: Id(1)] int? KeyVersion,
    [property: Id(2)] string? Sender) : ObjectEvent;

/// <summary>A connection shows itself to the others; <paramref name="Joined"/> is what the presence list holds.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.PresenceJoined")]
public sealed record PresenceJoined(
    [property: Id(0)] JoinedConnection Joined) : ObjectEvent;

/// <summary>A connection has left; carries the data it had joined with.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.PresenceLeft")]
public sealed record PresenceLeft(
    [property: Id(0)] JoinedConnection Left) : ObjectEvent;

/// <summary>A member of an object's presence list.</summary>
/// <param name="ConnectionId">The public part of the connection's id.</param>
/// <param name="JoinedAt">In ms since the Unix epoch.</param>
/// <param name="Data">What it joined with, raw JSON.</param>
/// <param name="KeyVersion">The version of the encryption settings used for the data, or null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.JoinedConnection")]
public sealed record JoinedConnection(
    [property: Id(0)] string ConnectionId,
    [property: Id(1)] long JoinedAt,
    [property: Id(2)] ReadOnlyMemory<byte> Data,
    [property: Id(3)] int? KeyVersion);

/// <summary>
/// A place in an object's history. Sequences count the events of one activation of the object (its epoch),
/// revisions count its durable changes for ever.
/// </summary>
/// <param name="Epoch">Names the activation that numbered the events.</param>
/// <param name="Sequence">The number of the last event seen.</param>
/// <param name="Revision">The object's revision after that event.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.FeedPosition")]
public readonly record struct FeedPosition(
    [property: Id(0)] long Epoch,
    [property: Id(1)] long Sequence,
    [property: Id(2)] long Revision);
