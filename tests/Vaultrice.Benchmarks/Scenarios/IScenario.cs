using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>One kind of load, put on one server at a time.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <summary>Whether what ran before would falsify the result.</summary>
    bool NeedsFreshServers => false;

    /// <summary>Whether one measurement is all there is: no warm-up, no rounds.</summary>
    bool RunsOnce => false;

    /// <summary>Runs once per server before the first measurement.</summary>
    Task PrepareAsync(Target target, CancellationToken cancellation) => Task.CompletedTask;

    /// <exception cref="LoadException">The server gave a wrong answer, or none.</exception>
    Task<IReadOnlyList<Sample>> MeasureAsync(Target target, TimeSpan duration, CancellationToken cancellation);
}
