using System.Net;

namespace Vaultrice.Benchmarks.Load;

/// <summary>A server under load: where it listens, as whom it is called, and which process it is.</summary>
internal sealed record Target(string Name, IPEndPoint EndPoint, string Project, string Token, int? ProcessId);
