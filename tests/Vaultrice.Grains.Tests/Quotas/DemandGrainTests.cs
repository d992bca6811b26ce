using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Quotas;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Grains.Tests.Quotas;

public sealed class DemandGrainTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DemandGrain _grain;

    public DemandGrainTests() => _grain = new(_time);

    [Fact]
    public async Task A_gateway_hears_what_is_asked_of_all_others_scope_by_scope()
    {
        Assert.Equal([default(Demand), default], await Say("a", Key("one", 10), Key("two", 1)));
        Assert.Equal([new Demand(10, 0, 0)], await Say("b", Key("one", 20)));
        Assert.Equal([new Demand(30, 0, 0)], await Say("c", Key("one", 0)));
        Assert.Equal([new Demand(20, 0, 0), default], await Say("a", Key("one", 11), new ScopeDemand(ScopeKind.Class, "one", new(5, 5, 5))));
    }

    [Fact]
    public async Task What_is_said_replaces_what_was_said_before()
    {
        await Say("a", Key("one", 10), Key("two", 10));
        await Say("a", Key("one", 3));
        Assert.Equal([new Demand(3, 0, 0), default], await Say("b", Key("one", 1), Key("two", 1)));
    }

    [Fact]
    public async Task A_gateway_that_is_silent_for_four_seconds_is_forgotten()
    {
        await Say("a", Key("one", 10));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([new Demand(10, 0, 0)], await Say("b", Key("one", 1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([default(Demand)], await Say("b", Key("one", 1)));
    }

    private async Task<Demand[]> Say(string gateway, params ScopeDemand[] demands) => [.. await _grain.Exchange(gateway, [.. demands])];

    private static ScopeDemand Key(string name, double requests) => new(ScopeKind.Key, name, new(requests, 0, 0));
}
