using System.Globalization;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Silo;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>One silo and two gateways, each a process of its own, and a client that asks both for more than there is.</summary>
public sealed class SharedQuotasTests : IDisposable
{
    private const int PerSecond = 20;

    /// <summary>How often one client asks its gateway: each of them alone for more than both together may let through.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_gateways_together_let_through_what_a_key_may_have()
    {
        var port = LocalPorts.Free();
        await using var silo = ServerProcess.LaunchSilo(_folder.Path, port);
        await silo.Started();
        (string, string)[] settings =
        [
            ("Quotas__Enabled", "true"),
            ("Quotas__Key__RequestsPerSecond", PerSecond.ToString(CultureInfo.InvariantCulture)),
            ("Quotas__Burst", "00:00:00.500"),
        ];
        await using var first = ServerProcess.LaunchGateway(port, settings);
        await using var second = ServerProcess.LaunchGateway(port, settings);
        await Task.WhenAll(first.Ready(), second.Ready());
        using var firstHttp = Calls.ClientOf(first.Address);
        using var secondHttp = Calls.ClientOf(second.Address);

        var letThrough = 0;
        // Until they have heard of each other each lets through everything, and a burst besides.
        var since = 0L;
        var asking = Task.WhenAll(new[] { firstHttp, secondHttp }.Select(http => Ask(new(http, TestServer.ProjectId, "c", "i"))));
        await asking.Or("The key was not let through any more", TimeSpan.FromMinutes(2));

        // Eight seconds' worth, of which each alone would have let through half; two seconds' may be too much.
        Assert.InRange(TimeProvider.System.GetElapsedTime(since).TotalSeconds, 6, 120);

        async Task Ask(Calls calls)
        {
            using var pace = new PeriodicTimer(Pace, TimeProvider.System);
            while (Volatile.Read(ref letThrough) < 13 * PerSecond && await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            {
                var answer = await calls.Keys();
                if (answer.Status == 200)
                {
                    if (Interlocked.Increment(ref letThrough) == 5 * PerSecond)
                        since = TimeProvider.System.GetTimestamp();
                }
                else
                {
                    Assert.Equal(429, answer.Status);
                }
            }
        }
    }
}
