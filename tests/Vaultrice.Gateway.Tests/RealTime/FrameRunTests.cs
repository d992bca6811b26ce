using System.Text;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>Which events go out in one piece.</summary>
public sealed class FrameRunTests
{
    [Fact]
    public void Events_that_the_same_sockets_hear_are_joined_in_order_and_others_are_not()
    {
        ObjectEvent[] events =
        [
            Set("a", "1"), new ItemRemoved("b"), Set("a", "2"),
            Sent("x"), Sent("x"), Sent("y"), Sent(null),
            Joined("p"), Left("p"),
            new ItemRemoved("a"),
        ];
        var runs = Split(events);
        Assert.Equal(
            [(3, Permissions.Read, null), (2, Permissions.Message, "x"), (1, Permissions.Message, "y"), (1, Permissions.Message, null), (2, Permissions.Presence, null), (1, Permissions.Read, null)],
            runs.Select(run => (run.Events, run.Needs, run.Except)));
        Assert.Equal(events.SelectMany(Frames.Event), runs.SelectMany(run => run.Frames));
    }

    [Fact]
    public void Pieces_stay_small_and_a_large_event_goes_alone()
    {
        ObjectEvent[] events = [.. Enumerable.Range(0, 40).Select(i => Set($"a{i}", new string('1', 1_000))), Set("large", new string('1', 100_000)), Set("a", "1")];
        var runs = Split(events);
        Assert.All(runs, run => Assert.True(run.Events == 1 || run.Frames.Length <= 16 * 1024));
        Assert.InRange(runs.Count, 5, 6);
        Assert.Equal(events.SelectMany(Frames.Event), runs.SelectMany(run => run.Frames));
    }

    private static List<FrameRun> Split(ReadOnlySpan<ObjectEvent> events)
    {
        List<FrameRun> runs = [];
        for (var next = 0; next < events.Length; next += runs[^1].Events)
            runs.Add(FrameRun.Begin(events[next..]));
        return runs;
    }

    private static ItemSet Set(string name, string value) => new(name, new(Encoding.UTF8.GetBytes(value), 3, 1, 2, null));

    private static MessageSent Sent(string? sender) => new("{}"u8.ToArray(), null, sender);

    private static PresenceJoined Joined(string id) => new(new(id, 1, "{}"u8.ToArray(), null));

    private static PresenceLeft Left(string id) => new(new(id, 1, "{}"u8.ToArray(), null));
}
