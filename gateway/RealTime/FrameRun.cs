using System.Buffers;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>The frames of consecutive events that the same sockets hear, as one array: a socket is written to once for all of them.</summary>
/// <param name="Frames">Whole frames; their bytes do not change any more.</param>
/// <param name="Events">How many they are.</param>
/// <param name="Needs">The permission without which a client is not told.</param>
/// <param name="Except">The connection that must not receive them, or null.</param>
internal readonly record struct FrameRun(byte[] Frames, int Events, Permissions Needs, string? Except)
{
    /// <summary>How many bytes are joined at most: more in one piece would save nothing and be held as a whole for the slowest socket.</summary>
    private const int JoinedBytes = 16 * 1024;

    /// <summary>The run that begins with the first of the events.</summary>
    public static FrameRun Begin(ReadOnlySpan<ObjectEvent> events)
    {
        var frame = RealTime.Frames.Event(events[0]);
        var (needs, except) = Hearers(events[0]);
        if (events.Length == 1 || frame.Length >= JoinedBytes || Hearers(events[1]) != (needs, except))
            return new(frame, 1, needs, except);
        var joined = new ArrayBufferWriter<byte>(JoinedBytes);
        joined.Write(frame);
        var count = 1;
        while (count < events.Length && Hearers(events[count]) == (needs, except))
        {
            var next = RealTime.Frames.Event(events[count]);
            if (joined.WrittenCount + next.Length > JoinedBytes)
                break;
            joined.Write(next);
            count++;
        }
        return new(joined.WrittenSpan.ToArray(), count, needs, except);
    }

    /// <summary>The permission to hear of an event.</summary>
    public static Permissions NeedsOf(ObjectEvent happened) => happened switch
    {
        MessageSent => Permissions.Message,
        PresenceJoined or PresenceLeft => Permissions.Presence,
        _ => Permissions.Read,
    };

    private static (Permissions Needs, string? Except) Hearers(ObjectEvent happened) => (NeedsOf(happened), (happened as MessageSent)?.Sender);
}
