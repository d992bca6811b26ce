using System.Text;

namespace Vaultrice.Fuzz;

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Seeds">Inputs to begin with.</param>
/// <param name="Tokens">What means something in such inputs.</param>
/// <param name="Run">
/// Reads one input; throws when it finds a fault. Returns what came of it as a number: an input with a new one is worth mutating further.
/// </param>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<byte[]> Tokens, Func<byte[], int> Run)
{
    internal FuzzTarget(string name, string[] seeds, string[] tokens, Func<byte[], int> run)
        : this(name, ToBytes(seeds), [.. ToBytes(tokens), [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80], [0xFF]], run)
    {
    }

    private static byte[][] ToBytes(string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
