namespace Vaultrice;

/// <summary>The streams of the system, each declared here and nowhere else.</summary>
public static class StreamNames
{
    /// <summary>The stream provider that carries them.</summary>
    public const string Provider = "vaultrice";

    /// <summary>Namespace of the streams that carry <see cref="Gateways.GatewayNotice"/>, one stream per gateway, keyed by the gateway's id.</summary>
    public const string Gateways = "gateways";
}
