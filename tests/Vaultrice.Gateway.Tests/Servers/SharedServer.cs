using Vaultrice.Gateway.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>The server of all tests that neither configure nor harm it.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.Start(("Sockets__RefusalHold", "00:00:00.200"));

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
    }
}
