using System.Globalization;
using Vaultrice.Benchmarks.Load;
using Vaultrice.Benchmarks.Servers;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>Holds connections that say nothing, ten to an object, and asks what memory each takes.</summary>
internal sealed class IdleScenario(int connections) : IScenario
{
    private const int SocketsPerObject = 10;
    private const int WarmUp = 500;
    private const int BufferSize = 1024;

    private readonly Row _row = new(
        string.Create(CultureInfo.InvariantCulture, $"idle connections, {connections:N0} held"),
        "KB each",
        new Aim("≤ 15 KB resident", (ours, _, _) => ours.Value <= 15));

    public string Name => "idle";

    public bool NeedsFreshServers => true;

    public bool RunsOnce => true;

    public async Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation)
    {
        if (target.ProcessId is not { } processId) return [new Sample(_row, new Figures(double.NaN))];

        // Code paths are compiled and pools filled before the first reading.
        await using (await OpenAsync(target, WarmUp, cancellation)) { }
        var before = await ResidentMemory.SettledAsync(processId, cancellation);

        await using var held = await OpenAsync(target, connections, cancellation);
        var after = await ResidentMemory.SettledAsync(processId, cancellation);
        Console.WriteLine($"{target.Name}: {before >> 20} MB resident, {after >> 20} MB with {connections} connections");
        await held.PingAllAsync(cancellation);
        return [new Sample(_row, new Figures((after - before) / 1024.0 / connections))];
    }

    private static async Task<HeldSockets> OpenAsync(Target target, int count, CancellationToken cancellation)
    {
        var id = Values.FreshId("idle");
        var paths = Enumerable.Range(0, count).Select(i => Values.PathOf($"{id}-{i / SocketsPerObject}")).ToList();
        return new HeldSockets(await Audience.OpenSocketsAsync(target, paths, BufferSize, cancellation));
    }

    private sealed class HeldSockets(SocketConnection[] sockets) : IAsyncDisposable
    {
        /// <summary>All of them must still be there.</summary>
        public async Task PingAllAsync(CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            foreach (var socket in sockets) await socket.PingAsync(limit.Token);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in sockets) socket.Dispose();
            // The server notices on its own time; what follows should not pay for it.
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }
}
