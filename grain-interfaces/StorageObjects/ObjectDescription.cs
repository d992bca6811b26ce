using System.Collections.Immutable;

namespace Vaultrice.StorageObjects;

/// <summary>An object as its administration sees it.</summary>
/// <param name="Revision">The number of its last change; 0 when there never was one.</param>
/// <param name="ItemCount">How many items it has.</param>
/// <param name="Bytes">Their names and values together.</param>
/// <param name="Items">Some of them, in the order of their names (ordinal).</param>
/// <param name="Presence">Who has joined, oldest first.</param>
/// <param name="Connections">How many connections are open.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectDescription")]
public sealed record ObjectDescription(
    [property: Id(0)] long Revision,
    [property: Id(1)] int ItemCount,
    [property: Id(2)] long Bytes,
    [property: Id(3)] ImmutableArray<NamedItem> Items,
    [property: Id(4)] ImmutableArray<JoinedConnection> Presence,
    [property: Id(5)] int Connections);
