using System.Diagnostics.Tracing;
using System.Text;
using Microsoft.Diagnostics.NETCore.Client;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>Traces and metrics of the whole process, as a diagnostics tool gets them, hold nothing of anybody's.</summary>
public sealed class TelemetryTests
{
    private const string Spans =
        "[AS]*/Stop:-TraceId;OperationName;DisplayName;Status;StatusDescription;Tags=TagObjects.*Enumerate;Baggage=Baggage.*Enumerate";

    [Fact]
    public async Task No_value_token_secret_or_query_string_is_in_traces_and_metrics()
    {
        await using var server = await TestServer.Start(("Sockets__RefusalHold", "00:00:00.100"));
        using var session = await new DiagnosticsClient(server.Process.Id).StartEventPipeSessionAsync(
            [
                new("Microsoft-Diagnostics-DiagnosticSource", EventLevel.Verbose, 0x3, new Dictionary<string, string> { ["FilterAndPayloadSpecs"] = Spans }),
                new("System.Diagnostics.Metrics", EventLevel.Informational, 0x3, new Dictionary<string, string>
                {
                    ["SessionId"] = "test",
                    ["Metrics"] = "Vaultrice,Microsoft.AspNetCore.Hosting,Microsoft.AspNetCore.Server.Kestrel,Microsoft.Orleans",
                    ["RefreshInterval"] = "1",
                    ["MaxTimeSeries"] = "1000",
                    ["MaxHistograms"] = "100",
                }),
            ],
            requestRundown: false,
            token: TestContext.Current.CancellationToken);
        using var told = new MemoryStream();
        var listening = session.EventStream.CopyToAsync(told, TestContext.Current.CancellationToken);

        var secrets = await MarkedTraffic.Make(server);
        await server.Process.Stop();
        await listening.Or("The traces did not end with the process");

        var wide = Encoding.Unicode.GetString(told.ToArray()) + Encoding.Unicode.GetString(told.ToArray(), 1, (int)told.Length - 1);
        var narrow = Encoding.Latin1.GetString(told.ToArray());
        Assert.Contains("vaultrice.object.commit", wide, StringComparison.Ordinal);
        Assert.Contains(MarkedTraffic.Class, wide, StringComparison.Ordinal);
        Assert.Contains("vaultrice.object.operations", wide, StringComparison.Ordinal);
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, wide, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, narrow, StringComparison.Ordinal);
        }
    }
}
