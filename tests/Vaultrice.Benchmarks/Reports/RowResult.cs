using Vaultrice.Benchmarks.Load;
using Vaultrice.Benchmarks.Scenarios;

namespace Vaultrice.Benchmarks.Reports;

/// <summary>A row's figures over all rounds: the floor's and ours, measured right after one another.</summary>
internal sealed class RowResult(Row row)
{
    private readonly List<(Figures Ours, Figures Floor)> _rounds = [];

    public Row Row => row;

    public Figures Ours => MedianOf(_rounds.Select(round => round.Ours).ToList());

    public Figures Floor => MedianOf(_rounds.Select(round => round.Floor).ToList());

    /// <summary>The median of each round's own ratio, which a machine's slow minutes do not move.</summary>
    public double Ratio => Median(_rounds.Select(round => round.Ours.Value / round.Floor.Value));

    public bool? MeetsAim => row.Aim is null || double.IsNaN(Ours.Value) ? null : row.Aim.IsMet(Ours, Floor, Ratio);

    public void Add(Figures ours, Figures floor) => _rounds.Add((ours, floor));

    private static Figures MedianOf(List<Figures> all) => new(
        Median(all.Select(f => f.Value)),
        Median(all.Select(f => f.P50)),
        Median(all.Select(f => f.P99)),
        Median(all.Select(f => f.CpuPerOperation)),
        Median(all.Select(f => f.ServerBusy)),
        Median(all.Select(f => f.LoadBusy)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
