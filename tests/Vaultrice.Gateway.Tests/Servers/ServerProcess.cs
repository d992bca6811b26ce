using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Vaultrice.Silo;
using Xunit;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>The real server, or the separate gateway, as a child process; ended with the test by its own id.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    public const string Silo = "Vaultrice.Silo.dll";
    public const string Gateway = "Vaultrice.Gateway.dll";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Text, TaskCompletionSource Said)> _awaited = [];
    private readonly Task _exited;
    private string? _address;

    private ServerProcess(string program, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.Contains("__") || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["urls"] = "http://127.0.0.1:0";
        // As behind a proxy: most tests speak plain HTTP to it.
        start.Environment["Transport__TlsTerminatedByProxy"] = "true";
        // All tests are one address and one key.
        start.Environment["Quotas__Enabled"] = "false";
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exited = Exited();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_address ?? throw new InvalidOperationException("The server listens nowhere."));

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Starts a server without waiting for it.</summary>
    public static ServerProcess Launch(IEnumerable<KeyValuePair<string, string>> settings, string program = Silo) => new(program, settings);

    /// <summary>Starts a silo without a gateway.</summary>
    /// <param name="folder">Where it keeps its data.</param>
    /// <param name="port">Where <see cref="LaunchGateway"/> finds it.</param>
    /// <param name="settings">More settings.</param>
    public static ServerProcess LaunchSilo(string folder, int port, params IEnumerable<(string Key, string Value)> settings) => new(Silo,
    [
        .. TestServer.Settings(folder),
        new("Roles", "Silo"),
        new("Orleans__Endpoints__SiloPort", LocalPorts.Free().ToString(CultureInfo.InvariantCulture)),
        PortOf(port),
        .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)),
    ]);

    /// <summary>Starts a gateway without a silo, for the silo of a port.</summary>
    public static ServerProcess LaunchGateway(int port, params IEnumerable<(string Key, string Value)> settings) =>
        new(Gateway, [PortOf(port), .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]);

    /// <summary>Waits until the server says that it runs, and answers that it is ready.</summary>
    public async Task Ready()
    {
        await Started();
        using var http = new HttpClient { BaseAddress = Address };
        var ready = await http.GetAsync("/health/ready").Or("The server did not say whether it is ready");
        if (!ready.IsSuccessStatusCode)
            throw new InvalidOperationException($"The server is not ready: {(int)ready.StatusCode} {Output}");
    }

    /// <summary>Waits until the server says that it runs.</summary>
    public async Task Started()
    {
        await Task.WhenAny(_started.Task, _exited).Or("The server did not start", TimeSpan.FromSeconds(60));
        if (!_started.Task.IsCompletedSuccessfully)
            throw new InvalidOperationException($"The server ended with {ExitCode} instead of starting: {Errors}{Output}");
    }

    /// <summary>Waits until its output holds a text.</summary>
    public async Task Says(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
                return;
            _awaited.Add((text, said));
        }
        await Task.WhenAny(said.Task, _exited).Or($"The server did not say '{text}'");
        Assert.True(said.Task.IsCompletedSuccessfully, $"The server ended before it said '{text}': {Errors}{Output}");
    }

    /// <summary>Waits for the end that the test has brought about; the exit code.</summary>
    public async Task<int> Ended(TimeSpan? within = null)
    {
        await _exited.Or("The server did not end", within ?? TimeSpan.FromSeconds(60));
        return ExitCode;
    }

    /// <summary>Kills it like a power failure would.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await Ended();
    }

    /// <summary>Sends <c>TERM</c> or <c>INT</c>.</summary>
    public void Signal(string name) => Assert.Equal(0, Kill(_process.Id, name == "INT" ? 2 : 15));

    /// <summary>Stops it in an orderly way.</summary>
    public async Task Stop()
    {
        Signal("TERM");
        await Ended();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _exited;
        _process.Dispose();
    }

    private static KeyValuePair<string, string> PortOf(int silo) =>
        new("Orleans__Endpoints__GatewayPort", silo.ToString(CultureInfo.InvariantCulture));

    /// <summary>The process is gone and all it wrote was read.</summary>
    private async Task Exited() => await _process.WaitForExitAsync(CancellationToken.None);

    private void Take(string? line)
    {
        Keep(_output, line);
        if (line is null)
            return;
        lock (_output)
        {
            foreach (var (text, said) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    said.TrySetResult();
            }
        }
        if (Listening().Match(line) is { Success: true } match)
            _address ??= match.Groups[1].Value;
        if (line.Contains("Application started.", StringComparison.Ordinal))
            _started.TrySetResult(line);
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [GeneratedRegex(@"Now listening on: (https?://\S+)")]
    private static partial Regex Listening();

    // Not the program of this name: its end, too, would have to be waited for.
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
