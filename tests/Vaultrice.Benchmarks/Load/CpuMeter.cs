using System.Diagnostics;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Elapsed time, and the CPU time that server and load generator took in it.</summary>
internal readonly struct CpuMeter
{
    private readonly Target _target;
    private readonly long _started;
    private readonly TimeSpan? _server;
    private readonly TimeSpan _load;

    private CpuMeter(Target target)
    {
        _target = target;
        _server = ServerTime(target);
        _load = Environment.CpuUsage.TotalTime;
        _started = Stopwatch.GetTimestamp();
    }

    public static CpuMeter Start(Target target) => new(target);

    public Figures Stop(long operations, LatencyHistogram latency)
    {
        var elapsed = Stopwatch.GetElapsedTime(_started);
        var server = ServerTime(_target) - _server;
        var load = Environment.CpuUsage.TotalTime - _load;
        return new Figures(
            operations / elapsed.TotalSeconds,
            latency.Percentile(0.5),
            latency.Percentile(0.99),
            server / operations is { } perOperation ? perOperation.TotalMicroseconds : double.NaN,
            server / elapsed ?? double.NaN,
            load / elapsed);
    }

    private static TimeSpan? ServerTime(Target target)
    {
        if (target.ProcessId is not { } id) return null;
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }
}
