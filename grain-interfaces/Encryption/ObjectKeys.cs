using System.Collections.Immutable;

namespace Vaultrice.Encryption;

/// <summary>The keys of an object and what is sealed with them.</summary>
/// <param name="Current">The version that seals; 0 when there is none.</param>
/// <param name="Keys">The keys, oldest first.</param>
/// <param name="PlainItems">How many items are sealed with none.</param>
/// <param name="Changed">How many items or keys the call wrote anew.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectKeys")]
public sealed record ObjectKeys(
    [property: Id(0)] int Current,
    [property: Id(1)] ImmutableArray<ObjectKeyUse> Keys,
    [property: Id(2)] int PlainItems,
    [property: Id(3)] int Changed);

/// <summary>A key of an object.</summary>
/// <param name="Version">Counts up from 1.</param>
/// <param name="ProjectKey">The version of the project's key that wraps it.</param>
/// <param name="Items">How many items are sealed with it.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ObjectKeyUse")]
public sealed record ObjectKeyUse(
    [property: Id(0)] int Version,
    [property: Id(1)] int ProjectKey,
    [property: Id(2)] int Items);

/// <summary>What an object is to do about its keys.</summary>
public enum ObjectKeysOrder
{
    /// <summary>Nothing; only tell.</summary>
    Tell,

    /// <summary>Write all items anew as the class's settings say: sealed with the current key, or plain.</summary>
    Apply,

    /// <summary>Wrap all keys by the project's current key.</summary>
    Rewrap,

    /// <summary>Make a new key current.</summary>
    Rotate,

    /// <summary>Make an earlier key current again.</summary>
    MakeCurrent,

    /// <summary>Drop a key that no item uses.</summary>
    Drop,
}
