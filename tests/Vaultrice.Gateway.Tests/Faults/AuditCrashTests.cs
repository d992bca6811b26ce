using System.Globalization;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Faults;

/// <summary>A server that is killed in the middle of administering has written down what it did.</summary>
public sealed class AuditCrashTests
{
    private const int Kills = 4;

    [Fact]
    public async Task Every_change_is_in_the_log_once_after_a_kill_and_none_that_did_not_happen()
    {
        await using var server = await TestServer.Start();
        var project = await server.Admin.NewProject("0");
        var (acknowledged, attempted) = (0, 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            var enough = new TaskCompletionSource();
            var (admin, goal) = (server.Admin, acknowledged + 10 + kill);
            var writing = Task.Run(Write, TestContext.Current.CancellationToken);
            await Task.WhenAny(enough.Task, writing).Or("The changes were not answered");
            await server.Process.Kill();
            await writing.Or("The writer did not notice that the server is gone");
            await server.StartProcess();

            var kept = int.Parse((await server.Admin.Get($"projects/{project}")).Ok().Json.GetProperty("name").GetString()!, CultureInfo.InvariantCulture);
            Assert.InRange(kept, acknowledged, attempted);
            Assert.Equal(Enumerable.Range(0, kept + 1), await NamesInLog());
            Assert.True((await server.Admin.Get($"projects/{project}/audit/verify")).Ok().Json.GetProperty("valid").GetBoolean());
            acknowledged = attempted = kept;

            async Task Write()
            {
                try
                {
                    while (true)
                    {
                        attempted++;
                        (await admin.Put($"projects/{project}", new { name = attempted.ToString(CultureInfo.InvariantCulture) })).Ok();
                        if (++acknowledged == goal)
                            enough.SetResult();
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    // The server is gone.
                }
            }
        }

        async Task<List<int>> NamesInLog()
        {
            List<int> names = [];
            for (string? cursor = "0"; cursor is not null;)
            {
                var page = (await server.Admin.Get($"projects/{project}/audit?cursor={cursor}")).Ok().Json;
                names.AddRange(page.GetProperty("records").EnumerateArray()
                    .Select(record => int.Parse(record.GetProperty("details").GetProperty("name").GetString()!, CultureInfo.InvariantCulture)));
                cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
            }
            return names;
        }
    }
}
