namespace Vaultrice.Fuzz;

/// <summary>What a target promises.</summary>
internal static class Demand
{
    public static void That(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}
