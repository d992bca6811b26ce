namespace Vaultrice.Grains.Storage;

/// <summary>Where objects are kept; section <c>Storage</c> of the configuration.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>The engine: <c>Sqlite</c>, or <c>Memory</c> for tests. Default: <c>Sqlite</c>.</summary>
    public string Engine { get; set; } = StorageEngines.Sqlite;

    /// <summary>The folder of the Sqlite engine's files, made if missing. Default: <c>./data</c>.</summary>
    public string Path { get; set; } = "./data";
}
