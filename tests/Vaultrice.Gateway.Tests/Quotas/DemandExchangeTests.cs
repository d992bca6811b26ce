using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>The look at the limits that is due each second.</summary>
public sealed class DemandExchangeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_bug_that_one_look_meets_ends_neither_the_exchange_nor_its_host()
    {
        var time = new ArmedTime(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var quotas = new ServerQuotas(new() { Key = new() { RequestsPerSecond = 10 } }, isDevelopment: true);
        var projects = new ProjectLimits(quotas, time);
        var (project, grains) = (ServerQuotasTests.Project(null), DemandGrains.Create());
        using var exchange = new DemandExchange(projects, new(quotas, time), new(quotas, time), quotas, grains, time, NullLogger<DemandExchange>.Instance);
        await exchange.StartAsync(TestContext.Current.CancellationToken);
        await time.Armed(Second, "The exchange did not begin.");
        foreach (var look in new[] { "first", "second" })
        {
            Assert.Null(projects.Take(project, "key", null, null, Uses.Request));
            time.Advance(Second);
            await ((DemandGrains)(object)grains).Asked.WaitAsync(TestContext.Current.CancellationToken).Or($"There was no {look} look.");
        }
        Assert.False(exchange.ExecuteTask!.IsCompleted);
        await exchange.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A cluster in which telling the others fails as only a bug can.</summary>
    public class DemandGrains : DispatchProxy
    {
        internal SemaphoreSlim Asked { get; } = new(0);

        internal static IGrainFactory Create() => Create<IGrainFactory, DemandGrains>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => new Failing(Asked);
    }

    private sealed class Failing(SemaphoreSlim asked) : IDemandGrain
    {
        public Task<ImmutableArray<Demand>> Exchange(string gatewayId, ImmutableArray<ScopeDemand> demands)
        {
            asked.Release();
            throw new InvalidOperationException("A bug.");
        }
    }
}
