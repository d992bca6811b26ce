using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>Logs go to places where nobody's data may go.</summary>
public sealed class LogTests
{
    [Theory]
    [InlineData("Logging__LogLevel", "Information", 500)]
    [InlineData("Logging__LogLevel", "Debug", 10_000)]
    [InlineData("Logging__LogLevel", "Trace", 10_000)]
    [InlineData("Logging__Console__LogLevel", "Information", 500)]
    [InlineData("Logging__Console__LogLevel", "Trace", 10_000)]
    public async Task No_value_token_secret_or_query_string_is_in_the_most_talkative_log(string section, string level, int atLeast)
    {
        await using var server = await TestServer.Start(
            ($"{section}__Default", level),
            ($"{section}__Microsoft", level),
            ($"{section}__Orleans", level),
            // Longer than the category's own name, which makes it the rule that counts.
            ($"{section}__Microsoft.AspNetCore.Hosting.Diagnostics*", level),
            ($"{section}__Microsoft.AspNetCore.Server.Kestrel.BadRequests*", level),
            ("Sockets__RefusalHold", "00:00:00.100"));
        var secrets = await MarkedTraffic.Make(server);
        await server.Process.Stop();

        var log = server.Process.Output + server.Process.Errors;
        Assert.True(log.Length > atLeast, "The log is not as talkative as it was told to be.");
        foreach (var secret in secrets)
        {
            var at = log.IndexOf(secret, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : $"{secret} is in the log: {log[Math.Max(0, at - 300)..Math.Min(log.Length, at + 300)]}");
        }
    }
}
