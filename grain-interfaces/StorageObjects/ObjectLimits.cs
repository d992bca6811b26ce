using System.ComponentModel.DataAnnotations;

namespace Vaultrice.StorageObjects;

/// <summary>How large things may become; section <c>Limits</c> of the configuration.</summary>
public sealed class ObjectLimits
{
    public const string Section = "Limits";

    /// <summary>The largest value of an item in bytes of JSON. Default: 131,072 (128 KiB).</summary>
    [Range(1, 16 * 1024 * 1024)]
    public int ItemBytes { get; set; } = 128 * 1024;

    /// <summary>The largest object in bytes, names and values of all items together. Default: 10,485,760 (10 MiB).</summary>
    [Range(1, 1024 * 1024 * 1024)]
    public int ObjectBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>The most items of an object. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int ObjectItems { get; set; } = 10_000;

    /// <summary>The largest message payload in bytes of JSON. Default: 32,768 (32 KiB).</summary>
    [Range(1, 1024 * 1024)]
    public int MessageBytes { get; set; } = 32 * 1024;

    /// <summary>The largest presence data in bytes of JSON. Default: 4,096 (4 KiB).</summary>
    [Range(1, 1024 * 1024)]
    public int PresenceBytes { get; set; } = 4 * 1024;

    /// <summary>The most open connections of an object. Default: 1,000.</summary>
    [Range(1, 1_000_000)]
    public int ObjectConnections { get; set; } = 1_000;

    /// <summary>How deep a value may nest arrays and objects. Default: 64.</summary>
    [Range(1, 512)]
    public int JsonDepth { get; set; } = 64;
}
