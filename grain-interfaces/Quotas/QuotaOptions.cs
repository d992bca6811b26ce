using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Quotas;

/// <summary>
/// How much of the server one user of it may take; section <c>Quotas</c> of the configuration. What is not set has a default
/// outside Development (see <see cref="ServerQuotas"/>), and is not limited in Development; 0 is no limit.
/// </summary>
public sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Whether defaults hold for what is not set; with false nothing of this section holds. Default: true outside Development.</summary>
    public bool? Enabled { get; set; }

    /// <summary>What may come at once after a pause, as the time in which a rate allows it. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Burst { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>From which part of a limit on it is counted as nearly reached. Default: 0.8.</summary>
    [Range(0.01, 1)]
    public double NearAt { get; set; } = 0.8;

    /// <summary>How many keys, classes, objects and addresses a gateway keeps count of. Default: 100,000.</summary>
    [Range(100, 10_000_000)]
    public int Tracked { get; set; } = 100_000;

    /// <summary>Per client address; bytes and items are not counted there.</summary>
    public AddressQuota Address { get; set; } = new();

    /// <summary>Per api key.</summary>
    public RateQuota Key { get; set; } = new();

    /// <summary>Per project.</summary>
    public ScopeQuota Project { get; set; } = new();

    /// <summary>Per class.</summary>
    public ScopeQuota Class { get; set; } = new();

    /// <summary>Per object; its size and its connections are limited in section <c>Limits</c>.</summary>
    public RateQuota Object { get; set; } = new();

    /// <summary>Per account, in the administration; counted by each gateway for itself.</summary>
    public AccountQuota Account { get; set; } = new();
}

/// <summary>How busy something may be.</summary>
public class RateQuota
{
    /// <summary>HTTP requests, handshakes of sockets among them.</summary>
    [Range(0, 10_000_000)]
    public double? RequestsPerSecond { get; set; }

    /// <summary>Messages and presence changes, over HTTP and sockets.</summary>
    [Range(0, 10_000_000)]
    public double? MessagesPerSecond { get; set; }

    /// <summary>Open sockets.</summary>
    [Range(0, 100_000_000)]
    public int? Sockets { get; set; }
}

/// <summary>How busy and how large something may be.</summary>
public sealed class ScopeQuota : RateQuota
{
    /// <summary>Bytes stored, names and values.</summary>
    [Range(0, long.MaxValue)]
    public long? Bytes { get; set; }

    /// <summary>Items stored.</summary>
    [Range(0, long.MaxValue)]
    public long? Items { get; set; }
}

/// <summary>How busy an address may be.</summary>
public sealed class AddressQuota : RateQuota
{
    /// <summary>Open connections, HTTP's and sockets'; those of a trusted proxy are not limited.</summary>
    [Range(0, 100_000_000)]
    public int? Connections { get; set; }

    /// <summary>Requests with credentials that are good for nothing; from then on the address is refused unheard.</summary>
    [Range(0, 1_000_000)]
    public double? FailuresPerSecond { get; set; }
}

/// <summary>How busy the administration of an account may be.</summary>
public sealed class AccountQuota
{
    /// <summary>Requests with admin tokens of the account, all together.</summary>
    [Range(0, 1_000_000)]
    public double? RequestsPerSecond { get; set; }
}
