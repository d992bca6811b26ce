using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway;

/// <summary>Runs a host; a start that fails for a reason the operator can mend ends with one sentence and exit code 1.</summary>
public static class HostRunner
{
    /// <param name="args">The command line.</param>
    /// <param name="build">Makes the host of its builder.</param>
    public static async Task<int> Run(string[] args, Func<WebApplicationBuilder, WebApplication> build)
    {
        try
        {
            // Settings files lie beside the program, wherever it is started; data goes where it is started.
            var app = build(WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }));
            await using (app)
                await app.RunAsync();
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
        ObjectStoreException => failure.Message,
        IOException when failure.Message.Contains("bind", StringComparison.OrdinalIgnoreCase) =>
            $"urls cannot be used: {failure.Message} Set urls to an address that is free, for example http://localhost:5001.",
        FormatException when failure.Message.Contains("URL", StringComparison.OrdinalIgnoreCase) =>
            $"urls cannot be used: {failure.Message} Set urls to something like http://localhost:5000.",
        AggregateException { InnerExceptions: [var single] } => Explain(single),
        _ => null,
    };
}
