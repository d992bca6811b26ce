using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Gateway.Tests.Servers;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>A clock that a test moves, and that tells when somebody has begun to wait for it.</summary>
internal sealed class ArmedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly ConcurrentDictionary<TimeSpan, SemaphoreSlim> _armed = new();

    /// <summary>Waits until a timer of this length has been set, each time for one more.</summary>
    public Task Armed(TimeSpan dueTime, string complaint) => Signal(dueTime).WaitAsync().Or(complaint);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Signal(dueTime).Release();
        return timer;
    }

    private SemaphoreSlim Signal(TimeSpan dueTime) => _armed.GetOrAdd(dueTime, static _ => new(0));
}
