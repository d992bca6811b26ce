namespace Vaultrice.Benchmarks.Floor;

/// <summary>The bare server that ours is measured against: Kestrel and a dictionary, nothing durable.</summary>
internal static class FloorServer
{
    public static async Task RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);

        await using var app = builder.Build();
        app.UseWebSockets();
        app.Run(new FloorRequests().AnswerAsync);
        await app.RunAsync();
    }
}
