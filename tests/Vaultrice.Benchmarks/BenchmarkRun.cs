using System.Diagnostics;
using System.Globalization;
using Vaultrice.Benchmarks.Load;
using Vaultrice.Benchmarks.Reports;
using Vaultrice.Benchmarks.Scenarios;
using Vaultrice.Benchmarks.Servers;

namespace Vaultrice.Benchmarks;

/// <summary>Puts every scenario on the floor and on ours, by turns, and prints what came of it.</summary>
internal sealed class BenchmarkRun(BenchmarkOptions options)
{
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds ?? (options.Quick ? 1 : 2));

    /// <summary>Long enough for the runtime to have compiled what is hot in its final form: a server runs for days.</summary>
    private readonly TimeSpan _warmUp = TimeSpan.FromSeconds(options.WarmUp ?? (options.Quick ? 0.5 : 20));

    private readonly int _rounds = options.Rounds ?? (options.Quick ? 1 : 5);
    private readonly Dictionary<string, RowResult> _rows = [];
    private readonly List<string> _failures = [];

    /// <summary>Returns the exit code: 0 whatever the speed, 1 when an answer was wrong or missing.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (options.Server is null) await SiloProgram.BuildAsync(cancellation);
        CpuCores.PinLoadGenerator();

        var scenarios = Choose();
        foreach (var scenario in scenarios.Where(scenario => scenario.NeedsFreshServers)) await RunAllAsync([scenario], cancellation);
        await RunAllAsync(scenarios.Where(scenario => !scenario.NeedsFreshServers), cancellation);

        Console.WriteLine();
        Console.WriteLine(MarkdownReport.Write(_rows.Values));
        Console.WriteLine(MarkdownReport.MachineLine());
        foreach (var failure in _failures) Console.WriteLine($"FAILED {failure}");
        return _failures.Count == 0 ? 0 : 1;
    }

    private List<IScenario> Choose()
    {
        IScenario[] all =
        [
            new SetScenario(),
            new GetScenario(),
            new IncrementScenario(),
            new BroadcastScenario("fan-out", "fan-out to 500", objects: 1, socketsPerObject: 500, inFlight: 8, pacedPerSecond: 20),
            new BroadcastScenario("rooms", "200 rooms of 10", objects: 200, socketsPerObject: 10, inFlight: 128, pacedPerSecond: 500),
            new GrowthScenario(),
            new IdleScenario(options.Idle ?? (options.Quick ? 1000 : 5000)),
        ];
        foreach (var name in options.Only)
            if (all.All(scenario => scenario.Name != name)) throw new FormatException($"No scenario is called {name}.");
        return [.. all.Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Name))];
    }

    private async Task RunAllAsync(IEnumerable<IScenario> scenarios, CancellationToken cancellation)
    {
        var chosen = scenarios.ToList();
        if (chosen.Count == 0) return;

        await using var servers = await ServerPair.StartAsync(options, cancellation);
        foreach (var scenario in chosen)
        {
            try
            {
                await RunOneAsync(scenario, servers, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                _failures.Add($"{scenario.Name}: {e.Message}");
                Console.WriteLine($"{scenario.Name} failed: {e}");
            }
        }
    }

    private async Task RunOneAsync(IScenario scenario, ServerPair servers, CancellationToken cancellation)
    {
        foreach (var target in (Target[])[servers.Floor, servers.Ours])
        {
            await scenario.PrepareAsync(target, cancellation);
            if (!scenario.RunsOnce) await WarmUpAsync(scenario, target, cancellation);
        }

        for (var round = 1; round <= (scenario.RunsOnce ? 1 : _rounds); round++)
        {
            var floor = await MeasureAsync(scenario, servers.Floor, _duration, cancellation);
            var ours = await MeasureAsync(scenario, servers.Ours, _duration, cancellation);
            foreach (var (ourSample, floorSample) in ours.Zip(floor)) Keep(round, ourSample, floorSample);
        }
    }

    /// <summary>In measurements, not in one long one: what opens sockets and makes objects is compiled by its count of calls too.</summary>
    private async Task WarmUpAsync(IScenario scenario, Target target, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < _warmUp) await MeasureAsync(scenario, target, _duration, cancellation);
    }

    private static async Task<IReadOnlyList<Sample>> MeasureAsync(
        IScenario scenario, Target target, TimeSpan duration, CancellationToken cancellation)
    {
        try
        {
            return await scenario.MeasureAsync(target, duration, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new LoadException($"{target.Name}: {e.Message}", e);
        }
    }

    private void Keep(int round, Sample ours, Sample floor)
    {
        if (!_rows.TryGetValue(ours.Row.Name, out var row)) _rows.Add(ours.Row.Name, row = new RowResult(ours.Row));
        row.Add(ours.Figures, floor.Figures);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ours.Row.Name}, round {round}: ours {ours.Figures.Value:0.##}, floor {floor.Figures.Value:0.##} {ours.Row.Unit}"));
    }
}
