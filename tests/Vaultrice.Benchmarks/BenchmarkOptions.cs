using System.Globalization;

namespace Vaultrice.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/Vaultrice.Benchmarks [-- OPTIONS]

          --quick              one short round of everything, for a first look
          --only a,b           these scenarios alone: set, get, increments, fan-out, rooms, growth, idle
          --seconds N          length of one measurement. Default: 2, quick 1
          --warm-up N          seconds of load before a scenario is measured. Default: 20, quick 0.5
          --rounds N           measurements per scenario and server; the median counts. Default: 5, quick 1
          --idle N             idle connections to hold. Default: 5000, quick 1000
          --env Key=Value      a setting for the server that is started here; may be repeated
          --server URL         measure a running server instead of starting one
          --server-pid N       its process, for CPU time and memory
          --project, --key, --secret   its credentials. Default: those this program starts a server with
        """;

    public bool Help { get; private init; }

    public bool Quick { get; private init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public double? Seconds { get; private init; }

    /// <summary>Length of the load before the first measurement of a scenario, in seconds.</summary>
    public double? WarmUp { get; private init; }

    public int? Rounds { get; private init; }

    public int? Idle { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; private init; } = [];

    public Uri? Server { get; private init; }

    public int? ServerPid { get; private init; }

    public string Project { get; private init; } = "bench";

    public string Key { get; private init; } = "bench-key";

    public string Secret { get; private init; } = "bench-secret-0123456789";

    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static BenchmarkOptions Parse(string[] args)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < args.Length; i++)
        {
            var option = args[i];
            string Next() => ++i < args.Length ? args[i] : throw new FormatException($"{option} needs a value.");
            int NextCount() => int.Parse(Next(), NumberStyles.None, CultureInfo.InvariantCulture);

            options = option switch
            {
                "--help" or "-h" => options with { Help = true },
                "--quick" => options with { Quick = true },
                "--only" => options with { Only = Next().Split(',', StringSplitOptions.RemoveEmptyEntries) },
                "--warm-up" => options with { WarmUp = double.Parse(Next(), CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(Next(), CultureInfo.InvariantCulture) },
                "--rounds" => options with { Rounds = NextCount() },
                "--idle" => options with { Idle = NextCount() },
                "--env" => options with { Environment = [.. options.Environment, Pair(Next())] },
                "--server" => options with { Server = new Uri(Next()) },
                "--server-pid" => options with { ServerPid = NextCount() },
                "--project" => options with { Project = Next() },
                "--key" => options with { Key = Next() },
                "--secret" => options with { Secret = Next() },
                _ => throw new FormatException($"Unknown option {option}."),
            };
        }

        return options;
    }

    private static KeyValuePair<string, string> Pair(string text) => text.Split('=', 2) is [var key, var value]
        ? KeyValuePair.Create(key, value)
        : throw new FormatException("--env needs Key=Value.");
}
