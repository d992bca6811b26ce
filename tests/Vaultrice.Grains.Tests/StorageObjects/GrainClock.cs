using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Streams;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>
/// The clock that drives grain timers: the test's, except for waits shorter than any of an object's. Those belong to the
/// streams' agents, which Orleans runs by the grains' clock too, and which must not stand still with it.
/// </summary>
internal sealed class GrainClock(TimeProvider clock) : TimeProvider
{
    /// <summary>Lets the grains of a silo live by a test's clock, and only them: the silo's own loops must not jump with it.</summary>
    public static void Use(ISiloBuilder silo, TimeProvider clock)
    {
        silo.Services.Replace(ServiceDescriptor.Singleton(clock));
        string[] own =
        [
            TimeProviderNames.Messaging, TimeProviderNames.SystemTimers, TimeProviderNames.Membership,
            TimeProviderNames.ActivationManagement, TimeProviderNames.GrainDirectory, StreamingTimeProviderNames.Streaming,
        ];
        foreach (var key in own)
            silo.Services.AddKeyedSingleton(key, System);
        silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, new GrainClock(clock));
    }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new EitherTimer(
            clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Decides anew at each change, since Orleans makes its timers first and sets them later.</summary>
    private sealed class EitherTimer(ITimer slow, ITimer quick) : ITimer
    {
        private static readonly TimeSpan ShortestOfAnObject = TimeSpan.FromMilliseconds(100);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isQuick = dueTime >= TimeSpan.Zero && dueTime < ShortestOfAnObject;
            var (used, unused) = isQuick ? (quick, slow) : (slow, quick);
            return unused.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) && used.Change(dueTime, period);
        }

        public void Dispose()
        {
            slow.Dispose();
            quick.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await slow.DisposeAsync();
            await quick.DisposeAsync();
        }
    }
}
