using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Gateway.Transport;

/// <summary>How clients may reach the gateway; section <c>Transport</c> of the configuration.</summary>
internal sealed class TransportOptions
{
    public const string Section = "Transport";

    /// <summary>
    /// Whether a proxy in front ends TLS, so that plain HTTP may be served to it. Outside Development the start fails without it
    /// unless every endpoint is https. Default: false.
    /// </summary>
    public bool TlsTerminatedByProxy { get; set; }

    /// <summary>For how long browsers shall use https only (HSTS); not sent in Development. Zero for never. Default: 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan HstsMaxAge { get; set; } = TimeSpan.FromDays(365);
}
