using System.Collections.Immutable;

namespace Vaultrice.StorageObjects;

/// <summary>What clients derive their end-to-end key from; the passphrase never leaves them.</summary>
/// <param name="Salt">Random bytes for the key derivation.</param>
/// <param name="KeyVersion">Counts up from 0 with each rotation.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.EncryptionSettings")]
public sealed record EncryptionSettings(
    [property: Id(0)] ReadOnlyMemory<byte> Salt,
    [property: Id(1)] int KeyVersion,
    [property: Id(2)] long CreatedAt);

/// <summary>An object's current settings and the earlier ones that something may still be encrypted with, newest first.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.EncryptionSettingsHistory")]
public sealed record EncryptionSettingsHistory(
    [property: Id(0)] EncryptionSettings Current,
    [property: Id(1)] ImmutableArray<EncryptionSettings> Previous);
