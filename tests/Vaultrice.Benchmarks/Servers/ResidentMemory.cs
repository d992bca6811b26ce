using System.Diagnostics;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>What a process holds in memory once garbage is gone and the figure stands still.</summary>
internal static class ResidentMemory
{
    private const int Collections = 3;
    private const int MostReadings = 20;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Resident bytes, after full collections where the process allows asking for them.</summary>
    public static async Task<long> SettledAsync(int processId, CancellationToken cancellation)
    {
        // Memory is given back to the system a step per collection.
        for (var i = 0; i < Collections; i++)
        {
            await FullCollection.RequestAsync(processId, cancellation);
            await Task.Delay(_pause, TimeProvider.System, cancellation);
        }

        var last = Read(processId);
        for (var i = 0; i < MostReadings; i++)
        {
            await Task.Delay(_pause, TimeProvider.System, cancellation);
            var now = Read(processId);
            if (Math.Abs(now - last) < last / 200) return now;
            last = now;
        }

        return last;
    }

    private static long Read(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }
}
