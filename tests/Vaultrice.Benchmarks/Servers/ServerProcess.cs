using System.Collections.Concurrent;
using System.Diagnostics;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>A server started as a child process on the server's core, ended by its own process id.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lastLines = new();

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static string DotnetHost { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Starts a program in its own folder and returns once it says it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        Uri url,
        CancellationToken cancellation)
    {
        string[] line = [.. CpuCores.ServerPrefix, DotnetHost, program, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        start.Environment.Remove(EventLoop.InlineVariable);
        start.Environment.Remove(EventLoop.ThreadsVariable);
        foreach (var (key, value) in environment) start.Environment[key] = value;

        var server = new ServerProcess(start);
        try
        {
            await server.WaitUntilReadyAsync(url, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(Uri url, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(2) };
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < _patience && !_process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync("health/ready", cancellation);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }

        var what = _process.HasExited ? $"ended with {_process.ExitCode}" : $"was not ready within {_patience.TotalSeconds} s";
        throw new LoadException($"The server {what}. Its last lines:\n{string.Join('\n', _lastLines)}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        _lastLines.Enqueue(line.Data);
        if (_lastLines.Count > KeptLines) _lastLines.TryDequeue(out _);
    }
}
