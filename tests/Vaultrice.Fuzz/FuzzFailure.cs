namespace Vaultrice.Fuzz;

/// <summary>An input that a target does not stand.</summary>
/// <param name="Input">The input.</param>
/// <param name="Execution">The how manieth it was, from 1.</param>
/// <param name="Exception">What the target threw.</param>
public sealed record FuzzFailure(byte[] Input, long Execution, Exception Exception);
