namespace Vaultrice.StorageObjects;

/// <summary>A stored value with its times.</summary>
/// <param name="Value">The value as raw UTF-8 JSON, byte for byte as the client sent it.</param>
/// <param name="ExpiresAt">When it ceases to exist, in ms since the Unix epoch.</param>
/// <param name="CreatedAt">When a value was first set under this name, in ms since the Unix epoch.</param>
/// <param name="UpdatedAt">When it was last written, in ms since the Unix epoch; grows strictly from write to write.</param>
/// <param name="KeyVersion">The version of the end-to-end encryption settings the client used, or null for a plain value.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.Item")]
public sealed record Item(
    [property: Id(0)] ReadOnlyMemory<byte> Value,
    [property: Id(1)] long ExpiresAt,
    [property: Id(2)] long CreatedAt,
    [property: Id(3)] long UpdatedAt,
    [property: Id(4)] int? KeyVersion);

/// <summary>An item under its name.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.NamedItem")]
public readonly record struct NamedItem(
    [property: Id(0)] string Name,
    [property: Id(1)] Item Item);
