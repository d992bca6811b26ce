using System.Security.Cryptography;
using Vaultrice.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway;

/// <summary>Runs a host; a start that fails for a reason the operator can mend ends with one sentence and exit code 1.</summary>
public static class HostRunner
{
    private static readonly string[] ToldBelow = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Runs the host until it is told to stop.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="build">Makes the host of its builder.</param>
    public static async Task<int> Run(string[] args, Func<WebApplicationBuilder, WebApplication> build)
    {
        // A line ends with CR and LF: a proxy that takes a lone LF for something else must not see other requests than we do.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        var isStarting = true;
        try
        {
            // Settings files lie beside the program, wherever it is started; data goes where it is started.
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            // What goes wrong with the start is told below, once, and not as a stack trace by those it passes on its way.
            foreach (var category in ToldBelow)
                builder.Logging.Bound(category, _ => !isStarting);
            await using var app = build(builder);
            try
            {
                await app.StartAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to stop before it had started, for example while it waited for the first silo.
                return 0;
            }
            catch
            {
                // The silo may run already, and leaves its cluster in order only when it is stopped; if it does not, that is no news.
                await app.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            isStarting = false;
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    private static string? Explain(Exception failure) => Settings.Explain(failure) ?? failure switch
    {
        ObjectStoreException or KeysUnavailableException => failure.Message,
        IOException when failure.Message.Contains("bind", StringComparison.OrdinalIgnoreCase) =>
            $"urls cannot be used: {failure.Message} Set urls to an address that is free, for example http://localhost:5001.",
        FormatException when failure.Message.Contains("URL", StringComparison.OrdinalIgnoreCase) =>
            $"urls cannot be used: {failure.Message} Set urls to something like http://localhost:5000.",
        ArgumentOutOfRangeException { ParamName: "port" } =>
            "urls cannot be used: a port is a number from 0 to 65535. Set urls to something like http://localhost:5000.",
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" or "Microsoft.AspNetCore.Server.Kestrel" } =>
            $"urls cannot be used: {failure.Message.Split('\n')[0].TrimEnd()} Name a certificate in Kestrel:Certificates:Default:Path and KeyPath.",
        CryptographicException or FileNotFoundException when IsCertificate(failure) =>
            $"Kestrel:Certificates cannot be used: {failure.Message} Name a certificate and its key in Path and KeyPath, or Path and Password.",
        InvalidOperationException { Source: "Orleans.Runtime" or "Orleans.Core" } or OrleansConfigurationException =>
            $"The section Orleans cannot be used: {failure.Message}",
        AggregateException { InnerExceptions: [var single] } => Explain(single),
        _ => null,
    };

    private static bool IsCertificate(Exception failure) => failure.StackTrace?.Contains("Kestrel", StringComparison.Ordinal) ?? false;
}
