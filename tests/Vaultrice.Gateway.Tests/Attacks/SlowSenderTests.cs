using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Attacks;

/// <summary>Senders that keep a connection busy by sending next to nothing; sockets of that kind are in <c>UnwellSocketsTests</c>.</summary>
public sealed class SlowSenderTests(SlowSenderTests.Impatient impatient) : IClassFixture<SlowSenderTests.Impatient>
{
    [Fact]
    public async Task Headers_that_never_end_are_not_waited_for()
    {
        using var raw = await RawHttp.Connect(impatient.Server.Address);
        await raw.Send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
        Assert.Equal(408, (await raw.Receive()).Status);
        await raw.Closed();
    }

    [Fact]
    public async Task Headers_that_come_a_byte_at_a_time_are_not_waited_for()
    {
        using var raw = await RawHttp.Connect(impatient.Server.Address);
        await raw.Send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
        var answered = raw.Receive();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (!answered.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            await raw.Send("y");
        Assert.Equal(408, (await answered).Status);
    }

    [Fact]
    public async Task A_body_that_trickles_is_not_waited_for()
    {
        using var raw = await RawHttp.Connect(impatient.Server.Address);
        await raw.Send(RawHttp.Head("POST", $"/project/{TestServer.ProjectId}/cache/c/slow/a", "Content-Type: application/json", "Content-Length: 1000"));
        var answered = raw.Receive();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (!answered.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            await raw.Send(" ");
        (await answered).Refused(408, "limitError.request.time");
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed()
    {
        using var raw = await RawHttp.Connect(impatient.Server.Address);
        await raw.Closed();
    }

    /// <summary>A server that waits for headers for a second only.</summary>
    public sealed class Impatient : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Server = await TestServer.Start(("Transport__HeadersWithin", "00:00:01"), ("Transport__IdleAfter", "00:00:02"));

        public async ValueTask DisposeAsync()
        {
            if (Server is not null)
                await Server.DisposeAsync();
        }
    }
}
