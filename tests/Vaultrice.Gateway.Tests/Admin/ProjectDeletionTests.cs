using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>The end of a project.</summary>
public sealed class ProjectDeletionTests(SharedServer shared)
{
    [Fact]
    public async Task A_deleted_project_is_gone_at_once_for_everybody_and_its_log_stays()
    {
        var admin = shared.Server.Admin;
        var project = await admin.NewProject();
        var key = await admin.NewKey(project);
        var calls = shared.Server.NewObject(key);
        (await calls.Set("a", "1")).Ok();
        var token = await admin.Token(project);

        (await admin.Delete($"projects/{project}")).Ok(204);
        (await admin.Get($"projects/{project}")).Refused(404, "notFoundError.resource");
        (await admin.Delete($"projects/{project}")).Refused(404, "notFoundError.resource");
        (await admin.Post($"projects/{project}/api-keys")).Refused(404, "notFoundError.resource");
        (await admin.Get($"projects/{project}/objects")).Refused(404, "notFoundError.resource");
        Assert.DoesNotContain(project, (await admin.Get("projects")).Ok().Body, StringComparison.Ordinal);
        await Until.Succeeds("Key and token are refused", async () =>
            (await calls.Get("a")).Status == 401 && (await calls.SendAs($"Bearer {token}", "GET", $"cache/{calls.ObjectPath}/a")).Status == 401);
        var actions = (await admin.Get($"projects/{project}/audit")).Ok().Json.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("action").GetString());
        Assert.Contains("project.delete", actions);
        Assert.True((await admin.Get($"projects/{project}/audit/verify")).Ok().Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task The_administration_outlives_a_restart_and_a_deletion_goes_on()
    {
        await using var server = await TestServer.Start();
        var admin = server.Admin;
        var account = (await admin.Post("accounts", new { name = "a" })).Ok(201).Json.GetProperty("accountId").GetString();
        var token = (await admin.Post("tokens", new { role = "owner", accountId = account })).Ok(201).Json.GetProperty("token").GetString();
        var revoked = (await admin.Post("tokens", new { role = "owner", accountId = account })).Ok(201).Json;
        (await admin.Delete($"tokens/{revoked.GetProperty("tokenId").GetString()}?accountId={account}")).Ok(204);
        var kept = await admin.As(token).NewProject("kept");
        var key = await admin.As(token).NewKey(kept);
        await admin.As(token).PutClass(kept, "c", new { identity = new { mode = "jwt", secret = "a secret" } });
        var deleted = await admin.As(token).NewProject("deleted");
        (await admin.As(token).Delete($"projects/{deleted}")).Ok(204);
        await server.Process.Kill();

        await server.StartProcess();
        admin = server.Admin.As(token);
        Assert.Equal(kept, Assert.Single((await admin.Get("projects")).Ok().Json.EnumerateArray()).GetProperty("projectId").GetString());
        (await server.NewObject(key).Set("a", "1")).Ok();
        // The secret is still there: it can be left out.
        await admin.PutClass(kept, "c", new { identity = new { mode = "jwt", issuer = "b" } });
        (await admin.Get($"projects/{deleted}")).Refused(404, "notFoundError.resource");
        (await admin.As(revoked.GetProperty("token").GetString()).Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        Assert.True((await admin.Get($"projects/{kept}/audit/verify")).Ok().Json.GetProperty("valid").GetBoolean());
        Assert.True((await admin.Get("audit/verify")).Ok().Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task The_bootstrap_token_stays_revoked_until_the_configuration_has_another()
    {
        await using var server = await TestServer.Start();
        (await server.Admin.Delete("tokens/bootstrap")).Ok(204);
        (await server.Admin.Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        await server.Process.Stop();
        await server.StartProcess();
        (await server.Admin.Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        await server.Process.Stop();
        await server.StartProcess(("Bootstrap__AdminToken", "another-bootstrap-token"));
        (await server.Admin.As("another-bootstrap-token").Get("projects")).Ok();
        (await server.Admin.Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        Assert.DoesNotContain("another-bootstrap-token", server.Process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fifteen-letters")]
    [InlineData("vra_root_0123456789abcdef")]
    [InlineData("with a space in the middle")]
    public async Task A_weak_bootstrap_token_stops_the_start(string token)
    {
        using var folder = new TempFolder();
        var settings = TestServer.Settings(folder.Path);
        settings["Bootstrap__AdminToken"] = token;
        await using var process = ServerProcess.Launch(settings);
        Assert.Equal(1, await process.Ended());
        Assert.Contains("Bootstrap:AdminToken", process.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(token, process.Errors + process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_numbers_of_accounts_projects_tokens_keys_and_classes_are_limited()
    {
        await using var server = await TestServer.Start(
            ("Administration__Accounts", "1"), ("Administration__AccountProjects", "2"), ("Administration__AccountTokens", "2"),
            ("Administration__ProjectApiKeys", "1"), ("Administration__ProjectClasses", "1"));
        var admin = server.Admin;
        (await admin.Post("accounts", new { name = "a" })).Ok(201);
        (await admin.Post("accounts", new { name = "b" })).Refused(409, "limitError.resources");
        (await admin.Post("tokens", new { role = "viewer" })).Ok(201);
        (await admin.Post("tokens", new { role = "viewer" })).Refused(409, "limitError.resources");
        var project = await admin.NewProject();
        (await admin.Post("projects", new { name = "b" })).Refused(409, "limitError.resources");
        await admin.NewKey(project);
        (await admin.Post($"projects/{project}/api-keys")).Refused(409, "limitError.resources");
        await admin.PutClass(project, "a", new { });
        await admin.PutClass(project, "a", new { resumeWindow = 1 });
        (await admin.Put($"projects/{project}/classes/b", new { })).Refused(409, "limitError.resources");
    }
}
