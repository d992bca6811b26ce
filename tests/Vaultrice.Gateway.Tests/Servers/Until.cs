namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>Asks until the answer is the expected one, for what other processes or gateways take over in a moment.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task Succeeds(string expectation, Func<Task<bool>> attempt)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await attempt())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Waiting.Patience)
                throw new TimeoutException($"{expectation}: not within {Waiting.Patience.TotalSeconds} s.");
            await Task.Delay(Pause, TimeProvider.System, Xunit.TestContext.Current.CancellationToken);
        }
    }
}
