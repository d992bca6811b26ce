using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>A server that has little patience with sockets and remembers much.</summary>
public sealed class StrictServer : IAsyncLifetime
{
    internal TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.Start(
        ("Sockets__FinishWithin", "00:00:01"),
        ("Sockets__PingAfter", "00:00:01"),
        ("Sockets__PongWithin", "00:00:03"),
        ("Sockets__QueueBytes", "65536"),
        ("Sockets__RefusalHold", "00:00:00.100"),
        ("Objects__PresenceGrace", "00:00:00.500"),
        ("Objects__ResumeWindow", "00:00:20"),
        ("Objects__ResumeEvents", "100000"),
        ("Objects__ResumeBytes", "100000000"));

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
    }
}
