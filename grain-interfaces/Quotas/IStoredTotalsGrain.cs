using System.Collections.Immutable;

namespace Vaultrice.Quotas;

/// <summary>
/// How much a project stores. Keyed by the project's id. Counted in the store when first asked and again from time to time; in
/// between silos report what their objects have grown and shrunk by.
/// </summary>
[Alias("vaultrice.IStoredTotalsGrain")]
public interface IStoredTotalsGrain : IGrainWithStringKey
{
    /// <summary>Adds what changed since the last report of this silo, and answers with what there is now.</summary>
    /// <param name="changes">Each class once; also those that did not change but are asked for.</param>
    /// <param name="mustBeRight">Somebody is about to be refused: what expired unseen must not count.</param>
    [Alias("Report")]
    Task<StoredTotals> Report(ImmutableArray<StoredTotal> changes, bool mustBeRight);
}

/// <summary>What the objects of a class hold together, or how much that has changed.</summary>
/// <param name="Class">The class.</param>
/// <param name="Bytes">Names and values.</param>
/// <param name="Items">How many items.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.StoredTotal")]
public readonly record struct StoredTotal(
    [property: Id(0)] string Class,
    [property: Id(1)] long Bytes,
    [property: Id(2)] long Items);

/// <summary>What a project stores.</summary>
/// <param name="Bytes">Names and values of all objects.</param>
/// <param name="Items">Of all objects.</param>
/// <param name="Classes">Those asked for, in the same order.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.StoredTotals")]
public sealed record StoredTotals(
    [property: Id(0)] long Bytes,
    [property: Id(1)] long Items,
    [property: Id(2)] ImmutableArray<StoredTotal> Classes);
