namespace Vaultrice.Grains.Storage;

/// <summary>The values of <c>Storage:Engine</c>; compared without regard to case.</summary>
internal static class StorageEngines
{
    public const string Sqlite = "Sqlite";
    public const string Memory = "Memory";

    /// <summary>Engines that the configuration may name one day, but that are not built yet.</summary>
    public static readonly string[] Announced = ["AzureTables", "Postgres"];

    public static bool Is(string configured, string engine) =>
        configured.Equals(engine, StringComparison.OrdinalIgnoreCase);
}
