namespace Vaultrice.Gateway.Access;

/// <summary>What one check of the gate finds, for a developer who wonders about a refusal.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="Result">What it found.</param>
/// <param name="Reason">One English sentence; holds no secrets.</param>
internal sealed record ExplainedCheck(string Check, ExplainedResult Result, string Reason)
{
    public static ExplainedCheck Of(string name, in CheckResult found) =>
        new(name, found.Error is not null ? ExplainedResult.Failed : found.WasSkipped ? ExplainedResult.Skipped : ExplainedResult.Passed, found.Reason);
}

/// <summary>What a check found.</summary>
internal enum ExplainedResult
{
    Passed,
    Failed,

    /// <summary>There was nothing to check.</summary>
    Skipped,
}
