using System.Collections.Immutable;

namespace Vaultrice;

/// <summary>Why a request was refused.</summary>
/// <param name="Code">The kind of refusal.</param>
/// <param name="Message">One English sentence for the developer; holds no values and no secrets.</param>
/// <param name="Items">The item names the refusal is about, for calls that carry several; else empty.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.StorageError")]
public sealed record StorageError(
    [property: Id(0)] StorageErrorCode Code,
    [property: Id(1)] string Message,
    [property: Id(2)] ImmutableArray<string> Items)
{
    public StorageError(StorageErrorCode code, string message)
        : this(code, message, [])
    {
    }
}
