using System.Collections.Immutable;

namespace Vaultrice.StorageObjects;

/// <summary>A change of one item that the object works out from the present value.</summary>
/// <param name="Ttl">Time to live of the result in ms, at least 1; null for the class default.</param>
/// <param name="UpdatedAt">Apply only if the present item was last written at this time (ms since the Unix epoch).</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AtomicOperation")]
public abstract record AtomicOperation(
    [property: Id(0)] long? Ttl,
    [property: Id(1)] long? UpdatedAt);

/// <summary>Adds a number, given as raw JSON; a missing item counts as 0. A decrement subtracts.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.Increment")]
public sealed record Increment(
    [property: Id(0)] ReadOnlyMemory<byte> Amount,
    [property: Id(1)] bool Subtract,
    long? Ttl,
    long? UpdatedAt) : AtomicOperation(Ttl, UpdatedAt);

/// <summary>Appends one element, given as raw JSON, to an array; a missing item counts as <c>[]</c>.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.Push")]
public sealed record Push(
    [property: Id(0)] ReadOnlyMemory<byte> Element,
    long? Ttl,
    long? UpdatedAt) : AtomicOperation(Ttl, UpdatedAt);

/// <summary>JavaScript's <c>Array.prototype.splice</c>; a missing item counts as <c>[]</c>.</summary>
/// <param name="StartIndex">Where to start; negative counts from the end.</param>
/// <param name="DeleteCount">How many elements to remove.</param>
/// <param name="Items">The elements to insert, each raw JSON.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.Splice")]
public sealed record Splice(
    [property: Id(0)] double StartIndex,
    [property: Id(1)] double DeleteCount,
    [property: Id(2)] ImmutableArray<ReadOnlyMemory<byte>> Items,
    long? Ttl,
    long? UpdatedAt) : AtomicOperation(Ttl, UpdatedAt);

/// <summary>Sets the members of an object, given as raw JSON, on an object, shallowly; a missing item counts as <c>{}</c>.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.Merge")]
public sealed record Merge(
    [property: Id(0)] ReadOnlyMemory<byte> Members,
    long? Ttl,
    long? UpdatedAt) : AtomicOperation(Ttl, UpdatedAt);

/// <summary>Sets a value deep inside an object; missing parents become objects, a numeric segment indexes an existing array.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.SetIn")]
public sealed record SetIn(
    [property: Id(0)] ImmutableArray<string> Path,
    [property: Id(1)] ReadOnlyMemory<byte> Value,
    long? Ttl,
    long? UpdatedAt) : AtomicOperation(Ttl, UpdatedAt);
