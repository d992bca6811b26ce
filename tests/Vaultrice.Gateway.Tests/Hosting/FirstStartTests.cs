using System.Text.RegularExpressions;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>What a new installation has, and what stays at the next start.</summary>
public sealed partial class FirstStartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task In_development_the_first_start_prints_a_snippet_that_works_and_the_second_none()
    {
        var settings = new Dictionary<string, string>
        {
            ["Storage__Path"] = _folder.Path,
            ["DOTNET_ENVIRONMENT"] = "Development",
        };
        string projectId, apiKey, secret;
        await using (var first = await Started(settings))
        {
            await first.Stop();
            var match = Snippet().Match(first.Output);
            Assert.True(match.Success, $"There is no snippet in {first.Output}");
            (projectId, apiKey, secret) = (match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value);
            Assert.Equal(first.Address, new(match.Groups[1].Value));
            Assert.Equal(2, first.Output.Split(secret).Length);
        }
        await using (var second = await Started(settings))
        {
            using var http = Calls.ClientOf(second.Address);
            var calls = new Calls(http, projectId, "c", "i");
            (await calls.SendAs(TestServer.BasicOf(apiKey, secret), "GET", "auth/token")).Ok();
            await second.Stop();
            Assert.DoesNotContain("apiSecret", second.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, second.Output, StringComparison.Ordinal);
        }
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(secret, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_production_a_start_without_a_project_says_what_to_set()
    {
        await using var process = await Started(new() { ["Storage__Path"] = _folder.Path });
        Assert.Contains("Bootstrap:ProjectId", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("apiSecret", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Projects_keys_tokens_and_items_outlive_a_restart_and_a_second_project_stands_beside_the_first()
    {
        await using var server = await TestServer.Start();
        var calls = server.NewObject();
        (await calls.Set("a", "1")).Ok();
        var token = "Bearer " + (await calls.Token()).Ok().Body;
        var path = $"cache/{calls.ObjectPath}/a";
        await server.Process.Stop();

        await server.StartProcess(("Bootstrap__ProjectId", "second"), ("Bootstrap__ApiSecret", "another secret, long enough"));
        var first = new Calls(server.Http, TestServer.ProjectId, "c", "i");
        var second = new Calls(server.Http, "second", "c", "i");
        Assert.Equal("1", (await first.SendAs(token, "GET", path)).Ok().Value);
        (await first.SendAs(TestServer.Basic, "GET", path)).Ok();
        var secondBasic = TestServer.BasicOf(TestServer.ApiKey, "another secret, long enough");
        (await second.SendAs(secondBasic, "GET", path)).Ok(404);
        (await second.SendAs(token, "GET", path)).Refused(401, "authenticationError.credentials.invalid");
        (await first.SendAs(secondBasic, "GET", path)).Refused(401, "authenticationError.credentials.invalid");
        Assert.DoesNotContain(TestServer.ApiSecret, server.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("another secret", server.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_api_key_of_the_configuration_stays_deleted_at_the_next_start()
    {
        await using var server = await TestServer.Start();
        (await server.NewObject().SendAs(TestServer.Basic, "GET", "auth/token")).Ok();
        (await server.Admin.Delete($"projects/{TestServer.ProjectId}/api-keys/{TestServer.ApiKey}")).Ok(204);
        await server.Process.Stop();

        await server.StartProcess();
        (await server.NewObject().SendAs(TestServer.Basic, "GET", "auth/token")).Refused(401, "authenticationError.credentials.invalid");
        await server.Process.Stop();
        Assert.Contains("was deleted and is not made again", server.Process.Output, StringComparison.Ordinal);
    }

    private static async Task<ServerProcess> Started(Dictionary<string, string> settings)
    {
        var process = ServerProcess.Launch(settings);
        await process.Ready();
        return process;
    }

    [GeneratedRegex("basePath = '([^']+)'.*projectId: '([^']+)'.*apiKey: '([^']+)'.*apiSecret: '([^']+)'", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
