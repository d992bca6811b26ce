using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Scenarios;

/// <summary>What a scenario's row says, and what it aims at.</summary>
internal sealed record Row(string Name, string Unit, Aim? Aim = null);

/// <summary>A wish, printed beside the figures; nothing fails when it is missed.</summary>
internal sealed record Aim(string Text, IsMet IsMet)
{
    public static Aim OfFloor(double share) =>
        new(FormattableString.Invariant($"≥ {share:0.0} of the floor"), (_, _, ratio) => ratio >= share);
}

/// <summary>Whether an aim is met, from the medians of both servers and the median of their ratios.</summary>
internal delegate bool IsMet(Figures ours, Figures floor, double ratio);

/// <summary>One row's figures from one measurement.</summary>
internal sealed record Sample(Row Row, Figures Figures);
