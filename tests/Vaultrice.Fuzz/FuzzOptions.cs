using System.Globalization;

namespace Vaultrice.Fuzz;

/// <summary>The command line.</summary>
/// <param name="Targets">What to run.</param>
/// <param name="Seconds">How long, all targets together.</param>
/// <param name="Seed">Where the random numbers begin.</param>
/// <param name="Input">A file to run once instead, or null.</param>
internal sealed record FuzzOptions(IReadOnlyList<FuzzTarget> Targets, int Seconds, ulong Seed, string? Input)
{
    public static string Usage =>
        $"""
        Vaultrice.Fuzz [target] [--seconds N] [--seed N] [--input FILE]
          target   {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}; all by turns when none is named
          seconds  how long in all; 60 when not given
          seed     repeats a run's inputs; a new one when not given
          input    runs the target on this file only
        """;

    /// <exception cref="FormatException">The command line makes no sense.</exception>
    public static FuzzOptions Parse(string[] args)
    {
        // A seed short enough to be typed again.
        var options = new FuzzOptions(FuzzTargets.All, 60, (ulong)Random.Shared.Next(1_000_000), null);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--seconds" => options with { Seconds = int.Parse(Value(args, ++i), NumberStyles.None, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = ulong.Parse(Value(args, ++i), NumberStyles.None, CultureInfo.InvariantCulture) },
                "--input" => options with { Input = Value(args, ++i) },
                var name => options with { Targets = [Find(name)] },
            };
        }
        return options is { Input: not null, Targets.Count: > 1 }
            ? throw new FormatException("Name the target that is to read the input.")
            : options;
    }

    private static string Value(string[] args, int index) =>
        index < args.Length ? args[index] : throw new FormatException($"{args[index - 1]} lacks its value.");

    private static FuzzTarget Find(string name) =>
        FuzzTargets.All.FirstOrDefault(target => target.Name == name) ?? throw new FormatException($"There is no target {name}.");
}
