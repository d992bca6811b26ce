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

    /// <summary>How long a client may take to send the headers of a request. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeadersWithin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection without a request stays open. Default: 130 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromSeconds(130);
}
