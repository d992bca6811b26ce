using System.Diagnostics;
using System.Globalization;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>Gives the server one core and the load generator the others, where <c>taskset</c> is at hand.</summary>
internal static class CpuCores
{
    private static readonly int[] _allowed = ReadAllowed();

    public static int Count => _allowed.Length > 0 ? _allowed.Length : Environment.ProcessorCount;

    public static bool CanPin { get; } = _allowed.Length > 1 && FindTaskset();

    /// <summary>The command line that runs another one on the server's core.</summary>
    public static IReadOnlyList<string> ServerPrefix => CanPin ? ["taskset", "-c", _allowed[0].ToString(CultureInfo.InvariantCulture)] : [];

    public static void PinLoadGenerator()
    {
        if (!CanPin) return;
        // All threads: the runtime has started some already.
        using var taskset = Process.Start(new ProcessStartInfo(
            "taskset", ["-a", "-c", "-p", string.Join(',', _allowed[1..]), Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        });
        taskset!.WaitForExit();
    }

    private static int[] ReadAllowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        const string name = "Cpus_allowed_list:";
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return [.. line[name.Length..].Split(',').SelectMany(part =>
        {
            var ends = part.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        })];
    }

    private static bool FindTaskset() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "taskset")));
}
