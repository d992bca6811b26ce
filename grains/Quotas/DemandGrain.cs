using System.Collections.Immutable;
using Vaultrice.Quotas;

namespace Vaultrice.Grains.Quotas;

/// <summary>What each gateway said last.</summary>
[GrainType("vaultrice.demand")]
internal sealed class DemandGrain(TimeProvider time) : Grain, IDemandGrain
{
    /// <summary>Gateways report each second while anything is asked of them; after some reports left out one counts as gone.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, (ImmutableArray<ScopeDemand> Demands, long At)> _gateways = new(StringComparer.Ordinal);
    private readonly Dictionary<(ScopeKind, string), Demand> _sums = [];

    public Task<ImmutableArray<Demand>> Exchange(string gatewayId, ImmutableArray<ScopeDemand> demands)
    {
        foreach (var (silent, _) in _gateways.Where(gateway => time.GetElapsedTime(gateway.Value.At) > Forgotten).ToArray())
            Forget(silent);
        Forget(gatewayId);
        // Answered before its own is added: what is left is the others'.
        var others = demands.Select(own => _sums.GetValueOrDefault((own.Kind, own.Name))).ToImmutableArray();
        foreach (var own in demands)
            Add(own, own.Demand);
        _gateways[gatewayId] = (demands, time.GetTimestamp());
        return Task.FromResult(others);
    }

    private void Forget(string gatewayId)
    {
        if (!_gateways.Remove(gatewayId, out var said))
            return;
        foreach (var gone in said.Demands)
            Add(gone, default(Demand) - gone.Demand);
    }

    private void Add(in ScopeDemand scope, Demand demand)
    {
        var key = (scope.Kind, scope.Name);
        var sum = _sums.GetValueOrDefault(key) + demand;
        // What is left of subtracting is never exactly nothing.
        if (sum is { Requests: < 0.001, Messages: < 0.001, Sockets: <= 0 })
            _sums.Remove(key);
        else
            _sums[key] = sum;
    }
}
