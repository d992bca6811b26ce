using System.Diagnostics;
using System.Threading.Channels;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Writes to objects that an audience listens to, one object after the other.</summary>
internal sealed class Publisher(Target target, IReadOnlyList<string> objectPaths, int socketsPerObject, TimeSpan duration)
{
    private const int PacedConnections = 16;
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private readonly long[] _written = new long[objectPaths.Count];
    private long _next;

    /// <summary>Writes answered so far, per object.</summary>
    public IReadOnlyList<long> Written => _written;

    /// <summary>As fast as events arrive: so many writes are on their way that the audience has not yet received.</summary>
    public async Task<Figures> SaturateAsync(Audience audience, int inFlight, CancellationToken cancellation)
    {
        using var connections = await HttpConnections.OpenAsync(target, inFlight, duration + _grace, cancellation);
        using var window = new SemaphoreSlim(inFlight);
        var before = _written.Sum();
        long delivered = 0;
        audience.Restart(() =>
        {
            if (Interlocked.Increment(ref delivered) % socketsPerObject == 0) window.Release();
        });

        var meter = CpuMeter.Start(target);
        var deadline = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await connections.RunAsync(async (connection, _) =>
        {
            var write = new TimedWrite(target, objectPaths);
            while (Stopwatch.GetTimestamp() < deadline)
            {
                await window.WaitAsync(connections.Limit);
                await WriteAsync(connection, write, Stopwatch.GetTimestamp());
            }

            // All of the window is free again once the last event has arrived.
            await window.WaitAsync(connections.Limit);
        });
        var figures = meter.Stop((_written.Sum() - before) * socketsPerObject, new LatencyHistogram());
        audience.Restart(onDelivered: null);
        return figures;
    }

    /// <summary>So many writes per second, far from saturation: how long an event takes from send to receipt.</summary>
    public async Task<Figures> PaceAsync(Audience audience, double perSecond, CancellationToken cancellation)
    {
        using var connections = await HttpConnections.OpenAsync(target, PacedConnections, duration + _grace, cancellation);
        var before = _written.Sum();
        var latency = audience.Restart(onDelivered: null);

        // A write counts from the moment it was due, so that waiting for a free connection shows.
        var due = Channel.CreateUnbounded<long>();
        var meter = CpuMeter.Start(target);
        var schedule = ScheduleAsync(due.Writer, perSecond, connections.Limit);
        await connections.RunAsync(async (connection, _) =>
        {
            var write = new TimedWrite(target, objectPaths);
            await foreach (var time in due.Reader.ReadAllAsync(connections.Limit)) await WriteAsync(connection, write, time);
        });
        await schedule;
        await audience.VerifyAsync(_written, cancellation);
        return meter.Stop((_written.Sum() - before) * socketsPerObject, latency);
    }

    private async Task WriteAsync(HttpConnection connection, TimedWrite write, long time)
    {
        var index = (int)((Interlocked.Increment(ref _next) - 1) % objectPaths.Count);
        var reply = await connection.CallAsync(write.At(index, time));
        if (reply.Status != 200) throw new LoadException($"A write was answered with {reply.Status}: {reply.Text}");
        Interlocked.Increment(ref _written[index]);
    }

    private async Task ScheduleAsync(ChannelWriter<long> due, double perSecond, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var total = (long)(duration.TotalSeconds * perSecond);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (long scheduled = 0; scheduled < total && await timer.WaitForNextTickAsync(cancellation);)
        {
            var reached = Math.Min(total, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond));
            for (; scheduled < reached; scheduled++) due.TryWrite(Stopwatch.GetTimestamp());
        }

        due.Complete();
    }

    /// <summary>Requests that carry the time they were due, one template per object.</summary>
    private sealed class TimedWrite(Target target, IReadOnlyList<string> objectPaths)
    {
        private readonly (RequestTemplate Request, int At)?[] _requests = new (RequestTemplate, int)?[objectPaths.Count];

        public ReadOnlyMemory<byte> At(int index, long time)
        {
            var (request, at) = _requests[index] ??= Build(index);
            request.WriteDigits(at, Audience.TimeDigits, time);
            return request.Bytes;
        }

        private (RequestTemplate Request, int At) Build(int index)
        {
            var value = (Audience.TimeMark + new string('0', Audience.TimeDigits)).PadRight(Values.Length, '-');
            var request = RequestTemplate.Post(target, $"/cache{objectPaths[index]}/position", $$"""{"value":"{{value}}"}""");
            return (request, request.Find(Audience.TimeMark) + Audience.TimeMark.Length);
        }
    }
}
