namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>
/// The clock that drives grain timers: the test's, except for timers shorter than any of an object's. Those belong to the
/// streams' agents, which Orleans runs by the grains' clock too, and which must not stand still with it.
/// </summary>
internal sealed class GrainClock(TimeProvider clock) : TimeProvider
{
    private static readonly TimeSpan ShortestOfAnObject = TimeSpan.FromMilliseconds(100);

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        (dueTime < ShortestOfAnObject ? System : clock).CreateTimer(callback, state, dueTime, period);
}
