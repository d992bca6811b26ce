using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>A server outside Development with a certificate of its own.</summary>
public sealed class TlsServer : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificate _certificate;
    private ServerProcess? _process;

    public TlsServer() => _certificate = new(_folder);

    public Uri Address => Process.Address;

    internal ServerProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    internal TestCertificate Certificate => _certificate;

    /// <summary>Calls with HTTP.</summary>
    internal HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _process = ServerProcess.Launch(new Dictionary<string, string>(TestServer.Settings(_folder["data"]))
        {
            ["urls"] = "https://127.0.0.1:0",
            ["Transport__TlsTerminatedByProxy"] = "false",
            ["Kestrel__Certificates__Default__Path"] = _certificate.Path,
            ["Kestrel__Certificates__Default__KeyPath"] = _certificate.KeyPath,
            ["Sockets__RefusalHold"] = "00:00:00.100",
        });
        await Process.Started();
        Http = _certificate.ClientOf(Address);
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    /// <summary>An object nobody else uses.</summary>
    internal Calls NewObject() => new(Http, TestServer.ProjectId, "c", Guid.NewGuid().ToString("N"));
}
