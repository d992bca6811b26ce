namespace Vaultrice.Benchmarks.Load;

/// <summary>The values written, and names that no run before has used.</summary>
internal static class Values
{
    /// <summary>Characters of a value; with its quotes it is two bytes longer.</summary>
    public const int Length = 100;

    public const string Class = "bench";

    private static readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private static int _count;

    public static string Filler { get; } = new('v', Length);

    public static string FreshId(string purpose) => $"{purpose}-{_run}-{Interlocked.Increment(ref _count)}";

    public static string PathOf(string id) => $"/{Class}/{id}";
}
