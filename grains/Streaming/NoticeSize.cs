using Vaultrice.Gateways;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Streaming;

/// <summary>Approximates the memory a notice keeps alive: its payloads, and a flat price for everything else.</summary>
internal static class NoticeSize
{
    private const int Overhead = 128;

    public static long Of(GatewayNotice notice)
    {
        long size = Overhead;
        if (notice is ObjectEventsNotice { Events: { IsDefault: false } events })
            foreach (var happened in events)
                size += Overhead + PayloadOf(happened);
        return size;
    }

    private static int PayloadOf(ObjectEvent happened) => happened switch
    {
        ItemSet set => set.Item.Value.Length,
        MessageSent message => message.Payload.Length,
        PresenceJoined joined => joined.Joined.Data.Length,
        PresenceLeft left => left.Left.Data.Length,
        _ => 0,
    };
}
