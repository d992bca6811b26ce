using System.Buffers.Text;
using System.Diagnostics;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Sockets that listen to objects and count what reaches them.</summary>
internal sealed class Audience : IAsyncDisposable
{
    /// <summary>In a value, <see cref="TimeDigits"/> digits of <see cref="Stopwatch"/> time follow this mark.</summary>
    public const string TimeMark = "sent-at-";

    public const int TimeDigits = 18;

    private const int BufferSize = 4096;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly SocketConnection[] _sockets;
    private readonly long[] _received;
    private readonly int _socketsPerObject;
    private readonly Task _reading;
    private Action? _onDelivered;
    private LatencyHistogram _latency = new();

    private Audience(SocketConnection[] sockets, int socketsPerObject)
    {
        _sockets = sockets;
        _received = new long[sockets.Length];
        _socketsPerObject = socketsPerObject;
        _reading = Task.WhenAll(sockets.Select((socket, index) => socket.ReadAsync(text => Take(text, index))));
    }

    /// <summary>How many events have reached sockets.</summary>
    public long Delivered => _received.Sum();

    public static async Task<Audience> OpenAsync(
        Target target, IReadOnlyList<string> objectPaths, int socketsPerObject, CancellationToken cancellation)
    {
        var paths = objectPaths.SelectMany(path => Enumerable.Repeat(path, socketsPerObject)).ToList();
        return new Audience(await OpenSocketsAsync(target, paths, BufferSize, cancellation), socketsPerObject);
    }

    /// <summary>Opens a socket to each path, a few at a time.</summary>
    public static async Task<SocketConnection[]> OpenSocketsAsync(
        Target target, IReadOnlyList<string> paths, int bufferSize, CancellationToken cancellation)
    {
        var sockets = new SocketConnection[paths.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellation };
        await Parallel.ForAsync(0, paths.Count, parallel, async (i, token) =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(_patience);
            try
            {
                sockets[i] = await SocketConnection.OpenAsync(target, paths[i], bufferSize, limit.Token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new LoadException($"No greeting for socket {i} within {_patience.TotalSeconds} s.");
            }
        });
        return sockets;
    }

    /// <summary>From here on, latencies go to a new histogram and each delivery is told.</summary>
    public LatencyHistogram Restart(Action? onDelivered)
    {
        _onDelivered = onDelivered;
        return _latency = new LatencyHistogram();
    }

    /// <summary>Waits until all is delivered, then checks that every socket got each event of its object, none twice.</summary>
    public async Task VerifyAsync(IReadOnlyList<long> eventsPerObject, CancellationToken cancellation)
    {
        var expected = eventsPerObject.Sum() * _socketsPerObject;
        var started = Stopwatch.GetTimestamp();
        while (Delivered < expected && Stopwatch.GetElapsedTime(started) < _patience)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        // A moment for events that should not come.
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);

        for (var i = 0; i < _received.Length; i++)
        {
            var due = eventsPerObject[i / _socketsPerObject];
            var got = Volatile.Read(ref _received[i]);
            if (got != due) throw new LoadException($"Socket {i} received {got} events, its object announced {due}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets) socket.Dispose();
        await _reading;
    }

    private void Take(ReadOnlySpan<byte> text, int index)
    {
        if (text.IndexOf("\"setItem\""u8) < 0) return;

        var mark = text.IndexOf("sent-at-"u8);
        if (mark >= 0 && Utf8Parser.TryParse(text[(mark + TimeMark.Length)..], out long sent, out _))
            _latency.Record(Stopwatch.GetTimestamp() - sent);
        Volatile.Write(ref _received[index], _received[index] + 1);
        _onDelivered?.Invoke();
    }
}
