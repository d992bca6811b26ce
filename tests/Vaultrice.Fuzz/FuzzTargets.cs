using Vaultrice.Fuzz.Json;
using Vaultrice.Fuzz.Paths;
using Vaultrice.Fuzz.Sockets;

namespace Vaultrice.Fuzz;

/// <summary>All that is fuzzed.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
        [BodyTarget.Target, ClientFrameTarget.Target, AtomicTarget.Target, PathTarget.Target, SocketFrameTarget.Target];
}
