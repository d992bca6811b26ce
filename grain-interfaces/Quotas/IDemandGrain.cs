using System.Collections.Immutable;

namespace Vaultrice.Quotas;

/// <summary>
/// Tells the gateways of each other, so that each lets through its share of what a project and its keys, classes and objects
/// may take. Keyed by the project's id. Knows no limits and keeps nothing: it forgets a gateway that has been silent for a while.
/// </summary>
[Alias("vaultrice.IDemandGrain")]
public interface IDemandGrain : IGrainWithStringKey
{
    /// <summary>A gateway says what is asked of it at present, all of it each time, and hears what is asked of all others together.</summary>
    /// <param name="gatewayId">The gateway.</param>
    /// <param name="demands">What is asked of it, each scope once.</param>
    /// <returns>For each of the scopes, in the same order.</returns>
    [Alias("Exchange")]
    Task<ImmutableArray<Demand>> Exchange(string gatewayId, ImmutableArray<ScopeDemand> demands);
}

/// <summary>What is asked of one scope.</summary>
/// <param name="Kind">What the scope is.</param>
/// <param name="Name">Its name within the project.</param>
/// <param name="Demand">What is asked.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ScopeDemand")]
public readonly record struct ScopeDemand(
    [property: Id(0)] ScopeKind Kind,
    [property: Id(1)] string Name,
    [property: Id(2)] Demand Demand);

/// <summary>How much is asked.</summary>
/// <param name="Requests">Per second, refused ones too.</param>
/// <param name="Messages">Per second, refused ones too.</param>
/// <param name="Sockets">Open ones.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.Demand")]
public readonly record struct Demand(
    [property: Id(0)] double Requests,
    [property: Id(1)] double Messages,
    [property: Id(2)] int Sockets)
{
    public static Demand operator +(Demand a, Demand b) => new(a.Requests + b.Requests, a.Messages + b.Messages, a.Sockets + b.Sockets);

    public static Demand operator -(Demand a, Demand b) => new(a.Requests - b.Requests, a.Messages - b.Messages, a.Sockets - b.Sockets);
}
