using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vaultrice.Encryption;

namespace Vaultrice.Grains.Encryption;

/// <summary>Wakes up, at the start and each minute, the grains whose rotation or walk a restart has interrupted.</summary>
internal sealed partial class EncryptionResumption(IGrainFactory grains, TimeProvider time, ILogger<EncryptionResumption> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Not before everything has started, and not after anything has stopped: grains are asked.</summary>
    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken)
    {
        _running = Run();
        return Task.CompletedTask;
    }

    async Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<IReencryptionsGrain>(0).Resume();
                await grains.GetGrain<IMasterKeyGrain>(0).Resume();
            }
#pragma warning disable CA1031 // Whatever it was: it is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!_stopping.IsCancellationRequested)
                    LogFailed(e);
            }
            await Task.Delay(Interval, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What a restart has interrupted of encrypting anew could not be taken up; it is tried again in a minute.")]
    private partial void LogFailed(Exception cause);
}
