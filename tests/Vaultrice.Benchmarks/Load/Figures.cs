namespace Vaultrice.Benchmarks.Load;

/// <summary>What one measurement found. A figure that does not apply is NaN.</summary>
/// <param name="Value">The scenario's main figure, in its own unit: mostly operations per second.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">Latency in ms that 99 % stay within.</param>
/// <param name="CpuPerOperation">Server CPU time per operation, in µs.</param>
/// <param name="ServerBusy">Server CPU time over elapsed time; 1 is one core.</param>
/// <param name="LoadBusy">The same of the load generator: near 1, it is the limit, not the server.</param>
internal sealed record Figures(
    double Value,
    double P50 = double.NaN,
    double P99 = double.NaN,
    double CpuPerOperation = double.NaN,
    double ServerBusy = double.NaN,
    double LoadBusy = double.NaN);
