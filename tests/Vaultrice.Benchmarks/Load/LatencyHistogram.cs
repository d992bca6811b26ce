using System.Diagnostics;
using System.Numerics;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Counts latencies in buckets at most 1/64 wide, so that recording costs one addition.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _buckets = new long[SubBuckets * 36];

    /// <summary>Records a span of <see cref="Stopwatch"/> ticks; safe from several threads.</summary>
    public void Record(long stopwatchTicks)
    {
        var microseconds = Math.Max(0, stopwatchTicks / (Stopwatch.Frequency / 1_000_000));
        Interlocked.Increment(ref _buckets[Math.Min(IndexOf(microseconds), _buckets.Length - 1)]);
    }

    /// <summary>The latency in ms that a share of all records does not pass; NaN when there are none.</summary>
    public double Percentile(double share)
    {
        var left = (long)Math.Ceiling(_buckets.Sum() * share);
        if (left == 0) return double.NaN;

        for (var i = 0; ; i++)
        {
            left -= _buckets[i];
            if (left <= 0) return MiddleOf(i) / 1000.0;
        }
    }

    private static int IndexOf(long microseconds)
    {
        if (microseconds < SubBuckets) return (int)microseconds;
        var shift = BitOperations.Log2((ulong)microseconds) - SubBits;
        return (shift * SubBuckets) + (int)(microseconds >> shift);
    }

    private static double MiddleOf(int index)
    {
        if (index < SubBuckets * 2) return index;
        var shift = (index / SubBuckets) - 1;
        return ((index % SubBuckets) + SubBuckets + 0.5) * (1L << shift);
    }
}
