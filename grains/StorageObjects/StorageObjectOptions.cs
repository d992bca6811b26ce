using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>How long objects remember things; section <c>Objects</c> of the configuration.</summary>
public sealed class StorageObjectOptions
{
    public const string Section = "Objects";

    /// <summary>Time to live of an item written without one. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "36500.00:00:00")]
    public TimeSpan DefaultTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a lost connection can be resumed. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a connection that was lost without goodbye stays in the presence list. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PresenceGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of its latest events an object keeps for those who resume. Default: 1,024.</summary>
    [Range(0, 1_000_000)]
    public int ResumeEvents { get; set; } = 1_024;

    /// <summary>How many bytes of its latest events an object keeps for those who resume. Default: 1,048,576 (1 MiB).</summary>
    [Range(0, 1024 * 1024 * 1024)]
    public int ResumeBytes { get; set; } = 1024 * 1024;

    /// <summary>After how long without a renewal a gateway counts as dead. Default: 90 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan GatewayLease { get; set; } = TimeSpan.FromSeconds(90);
}
