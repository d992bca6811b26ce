using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>Both servers of a run, ready to be called: the floor, and ours.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private readonly List<ServerProcess> _processes = [];
    private readonly string _data = Directory.CreateTempSubdirectory("vaultrice-benchmark-").FullName;

    private ServerPair()
    {
    }

    public Target Floor { get; private set; } = null!;

    public Target Ours { get; private set; } = null!;

    /// <exception cref="LoadException">A server did not become ready.</exception>
    public static async Task<ServerPair> StartAsync(BenchmarkOptions options, CancellationToken cancellation)
    {
        var pair = new ServerPair();
        try
        {
            pair.Floor = await pair.StartFloorAsync(options, cancellation);
            pair.Ours = options.Server is { } url
                ? await ConnectAsync("ours", url, options.ServerPid, options, cancellation)
                : await pair.StartOursAsync(options, cancellation);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task<Target> StartFloorAsync(BenchmarkOptions options, CancellationToken cancellation)
    {
        var url = FreeUrl();
        var program = Path.Combine(AppContext.BaseDirectory, "Vaultrice.Benchmarks.dll");
        var process = await ServerProcess.StartAsync(
            program, ["floor", "--urls", url.ToString()], new Dictionary<string, string>(), url, cancellation);
        _processes.Add(process);
        return await ConnectAsync("floor", url, process.Id, options, cancellation);
    }

    private async Task<Target> StartOursAsync(BenchmarkOptions options, CancellationToken cancellation)
    {
        var url = FreeUrl();
        var environment = new Dictionary<string, string>
        {
            ["urls"] = url.ToString(),
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["Transport__TlsTerminatedByProxy"] = "true",
            ["Quotas__Enabled"] = "false",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Storage__Path"] = _data,
            ["Bootstrap__ProjectId"] = options.Project,
            ["Bootstrap__ApiKey"] = options.Key,
            ["Bootstrap__ApiSecret"] = options.Secret,
            ["Bootstrap__AdminToken"] = Guid.NewGuid().ToString("N"),
        };
        foreach (var (key, value) in options.Environment) environment[key] = value;

        var process = await ServerProcess.StartAsync(SiloProgram.Find(), [], environment, url, cancellation);
        _processes.Add(process);
        return await ConnectAsync("ours", url, process.Id, options, cancellation);
    }

    private static async Task<Target> ConnectAsync(
        string name, Uri url, int? processId, BenchmarkOptions options, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = url };
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Key}:{options.Secret}"));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", basic);
        using var answer = await client.GetAsync($"project/{options.Project}/auth/token", cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        if (answer.StatusCode != HttpStatusCode.OK) throw new LoadException($"No token from {name}: {answer.StatusCode} {body}");

        var addresses = await Dns.GetHostAddressesAsync(url.Host, cancellation);
        return new Target(name, new IPEndPoint(addresses[0], url.Port), options.Project, body, processId);
    }

    private static Uri FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
