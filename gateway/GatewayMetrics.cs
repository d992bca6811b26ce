using System.Diagnostics.Metrics;

namespace Vaultrice.Gateway;

/// <summary>What a gateway counts.</summary>
internal static class GatewayMetrics
{
    private static readonly UpDownCounter<int> Sockets = Diagnostics.Meter.CreateUpDownCounter<int>(
        "vaultrice.gateway.sockets", "{socket}", "Open sockets.");

    private static readonly Counter<long> Events = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.gateway.events.delivered", "{event}", "Events handed to sockets, each socket counted.");

    public static void SocketOpened() => Sockets.Add(1);

    public static void SocketClosed() => Sockets.Add(-1);

    public static void Delivered(int sockets) => Events.Add(sockets);
}
