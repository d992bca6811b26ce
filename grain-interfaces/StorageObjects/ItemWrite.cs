namespace Vaultrice.StorageObjects;

/// <summary>What a client asks to be stored under a name.</summary>
/// <param name="Value">The value as raw, validated UTF-8 JSON.</param>
/// <param name="Ttl">Time to live in ms, at least 1; null for the class default.</param>
/// <param name="IfAbsent">Keep an item that is already there.</param>
/// <param name="UpdatedAt">Write only if the present item was last written at this time (ms since the Unix epoch).</param>
/// <param name="KeyVersion">The version of the encryption settings the value was encrypted with, or null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ItemWrite")]
public sealed record ItemWrite(
    [property: Id(0)] ReadOnlyMemory<byte> Value,
    [property: Id(1)] long? Ttl,
    [property: Id(2)] bool IfAbsent,
    [property: Id(3)] long? UpdatedAt,
    [property: Id(4)] int? KeyVersion);

/// <summary>A write under its name.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.NamedWrite")]
public readonly record struct NamedWrite(
    [property: Id(0)] string Name,
    [property: Id(1)] ItemWrite Write);
