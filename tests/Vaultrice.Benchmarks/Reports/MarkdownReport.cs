using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Vaultrice.Benchmarks.Servers;

namespace Vaultrice.Benchmarks.Reports;

/// <summary>The table that a run ends with.</summary>
internal static class MarkdownReport
{
    public static string Write(IEnumerable<RowResult> rows)
    {
        var text = new StringBuilder();
        text.AppendLine("| scenario | unit | ours | floor | ratio | p50 ms | p99 ms | server µs per op | server busy | load busy | aim | met |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|");
        foreach (var row in rows)
        {
            var (ours, floor) = (row.Ours, row.Floor);
            string[] cells =
            [
                row.Row.Name,
                row.Row.Unit,
                Number(ours.Value),
                Number(floor.Value),
                row.Ratio.ToString("0.00", CultureInfo.InvariantCulture).Replace("NaN", "", StringComparison.Ordinal),
                Both(ours.P50, floor.P50),
                Both(ours.P99, floor.P99),
                Both(ours.CpuPerOperation, floor.CpuPerOperation),
                Both(ours.ServerBusy, floor.ServerBusy),
                Both(ours.LoadBusy, floor.LoadBusy),
                row.Row.Aim?.Text ?? "",
                row.MeetsAim switch { true => "yes", false => "no", null => "" },
            ];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
        }

        text.AppendLine();
        text.AppendLine("Two figures in a cell: ours / floor.");
        return text.ToString();
    }

    public static string MachineLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{CpuCores.Count} cores, {(CpuCores.CanPin ? "server on one, load on the others" : "not pinned")}; " +
        $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}; " +
        $"{RuntimeInformation.FrameworkDescription}");

    private static string Both(double ours, double floor) =>
        double.IsNaN(ours) && double.IsNaN(floor) ? "" : $"{Number(ours)} / {Number(floor)}";

    private static string Number(double value) => value switch
    {
        double.NaN => "–",
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
