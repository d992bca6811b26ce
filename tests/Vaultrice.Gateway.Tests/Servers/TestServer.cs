using System.Text;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>A server with a data folder, a project and credentials.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string ProjectId = "demo";
    public const string ApiKey = "key-1";
    public const string ApiSecret = "correct horse battery staple";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _settings;

    private TestServer(IEnumerable<(string Key, string Value)> settings)
    {
        _settings = Settings(_folder.Path);
        foreach (var (key, value) in settings)
            _settings[key] = value;
    }

    public static string Basic { get; } = BasicOf(ApiKey, ApiSecret);

    /// <summary>The process at present; another one after a restart.</summary>
    public ServerProcess Process { get; private set; } = null!;

    public Uri Address => Process.Address;

    public string Folder => _folder.Path;

    /// <summary>Calls with HTTP; one per server, since connections are shared.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The administration, with the bootstrap token.</summary>
    public AdminCalls Admin => new(Http);

    public static async Task<TestServer> Start(params (string Key, string Value)[] settings)
    {
        var server = new TestServer(settings);
        try
        {
            await server.StartProcess();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings of an ordinary server on a folder.</summary>
    public static Dictionary<string, string> Settings(string folder) => new(StringComparer.Ordinal)
    {
        ["Storage__Path"] = folder,
        ["Bootstrap__AdminToken"] = AdminCalls.BootstrapToken,
        ["Bootstrap__ProjectId"] = ProjectId,
        ["Bootstrap__ApiKey"] = ApiKey,
        ["Bootstrap__ApiSecret"] = ApiSecret,
    };

    public static string BasicOf(string key, string secret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}"));

    /// <summary>Starts the server again on the same folder, after it has ended.</summary>
    public async Task StartProcess(params (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings)
            _settings[key] = value;
        if (Process is not null)
            await Process.DisposeAsync();
        Http?.Dispose();
        Process = ServerProcess.Launch(_settings);
        await Process.Ready();
        Http = Calls.ClientOf(Process.Address);
    }

    /// <summary>An object nobody else uses.</summary>
    public Calls NewObject(string @class = "_undefined_") => new(Http, ProjectId, @class, Guid.NewGuid().ToString("N"));

    /// <summary>An object of a project that nobody else uses.</summary>
    public Calls NewObject(TestKey key, string @class = "_undefined_") =>
        new(Http, key.ProjectId, @class, Guid.NewGuid().ToString("N"), key.Basic);

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
        _folder.Dispose();
    }
}
