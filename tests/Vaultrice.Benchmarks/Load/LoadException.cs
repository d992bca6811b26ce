namespace Vaultrice.Benchmarks.Load;

/// <summary>A server gave a wrong answer or none: the run has failed, whatever its speed.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
