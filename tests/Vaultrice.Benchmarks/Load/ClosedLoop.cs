using System.Diagnostics;

namespace Vaultrice.Benchmarks.Load;

/// <summary>The next request of one connection; called again only when the last one was answered.</summary>
internal delegate ReadOnlyMemory<byte> NextRequest();

/// <summary>Whether an answer of status 200 is right.</summary>
internal delegate bool Accepts(in HttpReply reply);

/// <summary>Connections that each send their next request when the last one is answered.</summary>
internal sealed class ClosedLoop(Target target, int connections, TimeSpan duration)
{
    private const long MostCalls = 5_000_000;
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private long _calls;

    /// <exception cref="LoadException">An answer was wrong, or missing 30 s after the time was up.</exception>
    public async Task<Figures> RunAsync(Func<int, (NextRequest Next, Accepts Accepts)> worker, CancellationToken cancellation)
    {
        var latency = new LatencyHistogram();
        using var pool = await HttpConnections.OpenAsync(target, connections, duration + _grace, cancellation);

        var meter = CpuMeter.Start(target);
        var deadline = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await pool.RunAsync((connection, index) => RunWorkerAsync(connection, worker(index), latency, deadline));
        return meter.Stop(_calls, latency);
    }

    private async Task RunWorkerAsync(
        HttpConnection connection, (NextRequest Next, Accepts Accepts) worker, LatencyHistogram latency, long deadline)
    {
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            if (sent >= deadline || Interlocked.Read(ref _calls) >= MostCalls) break;

            var reply = await connection.CallAsync(worker.Next());
            if (reply.Status != 200 || !worker.Accepts(reply))
                throw new LoadException($"Wrong answer, status {reply.Status}: {reply.Text}");
            latency.Record(Stopwatch.GetTimestamp() - sent);
            Interlocked.Increment(ref _calls);
        }
    }
}
