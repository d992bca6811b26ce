using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Projects, in the administration and as clients see them.</summary>
public sealed class ProjectsApiTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task A_project_is_made_shown_listed_and_renamed()
    {
        var made = (await Admin.Post("projects", new { name = "My shop ☕" })).Ok(201);
        var id = made.Json.GetProperty("projectId").GetString()!;
        Assert.Equal($"/admin/projects/{id}", made["location"]);
        Assert.Matches("^project-[0-9a-f]{24}$", id);
        var shown = (await Admin.Get($"projects/{id}")).Ok().Json;
        Assert.Equal("My shop ☕", shown.GetProperty("name").GetString());
        Assert.Equal("root", shown.GetProperty("accountId").GetString());
        Assert.InRange(shown.GetProperty("createdAt").GetInt64(), 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Contains((await Admin.Get("projects")).Ok().Json.EnumerateArray(), project => project.GetProperty("projectId").GetString() == id);

        Assert.Equal("Other", (await Admin.Put($"projects/{id}", new { name = "Other" })).Ok().Json.GetProperty("name").GetString());
        Assert.Equal("Other", (await Admin.Get($"projects/{id}")).Ok().Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_project_of_the_configuration_is_listed_too()
    {
        var project = (await Admin.Get("projects")).Ok().Json.EnumerateArray().First();
        Assert.Equal(TestServer.ProjectId, project.GetProperty("projectId").GetString());
    }

    [Fact]
    public async Task Limits_of_a_project_are_set_kept_and_taken_away()
    {
        var id = await Admin.NewProject();
        (await Admin.Put($"projects/{id}", new { name = "a", limits = new { requestsPerSecond = 2.5, sockets = 3, bytes = 4_000_000_000 } })).Ok();
        var limits = (await Admin.Put($"projects/{id}", new { name = "b" })).Ok().Json.GetProperty("limits");
        Assert.Equal("""{"requestsPerSecond":2.5,"sockets":3,"bytes":4000000000}""", limits.GetRawText());
        var without = (await Admin.Put($"projects/{id}", new { name = "b", limits = (object?)null })).Ok().Json;
        Assert.False(without.TryGetProperty("limits", out _));
    }

    [Theory]
    [InlineData("", "validationError.json")]
    [InlineData("{", "validationError.json")]
    [InlineData("[]", "validationError.argument")]
    [InlineData("null", "validationError.argument")]
    [InlineData("\"x\"", "validationError.argument")]
    [InlineData("{}", "validationError.argument", "name")]
    [InlineData("""{"name":""}""", "validationError.argument", "name")]
    [InlineData("""{"name":"  "}""", "validationError.argument", "name")]
    [InlineData("""{"name":null}""", "validationError.argument", "name")]
    [InlineData("""{"name":1}""", "validationError.argument", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "validationError.argument", "name")]
    [InlineData("""{"name":"a","nam":"b"}""", "validationError.argument", "nam")]
    [InlineData("""{"name":"a","Name":"b"}""", "validationError.argument", "Name")]
    [InlineData("""{"name":"a","name":"b"}""", "validationError.json")]
    [InlineData("""{"name":"a"} x""", "validationError.json")]
    [InlineData("""{"name":"a","__proto__":{}}""", "validationError.argument", "__proto__")]
    public async Task A_bad_body_is_refused_and_the_member_named(string body, string code, string? member = null)
    {
        var refused = (await Admin.Post("projects", body)).Refused(400, code);
        if (member is not null)
            Assert.Contains($"'{member}'", refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_has_at_most_200_characters()
    {
        (await Admin.Post("projects", new { name = new string('n', 200) })).Ok(201);
        (await Admin.Post("projects", new { name = new string('n', 201) })).Refused(400, "validationError.argument");
    }

    [Fact]
    public async Task A_body_has_at_most_256_KiB()
    {
        var padding = new string(' ', 256 * 1024 - """{"name":"a"}""".Length);
        (await Admin.Post("projects", """{"name":"a"}""" + padding)).Ok(201);
        (await Admin.Post("projects", """{"name":"a"} """ + padding)).Refused(413, "limitError.body.size");
    }

    [Fact]
    public async Task Unknown_projects_and_paths_are_not_found()
    {
        foreach (var id in new[] { "unknown", "project-000000000000000000000000", "a%20b", "%2e%2e", "a%2Fb", new string('x', 300) })
        {
            (await Admin.Get($"projects/{id}")).Refused();
            (await Admin.Put($"projects/{id}", new { name = "a" })).Refused();
            (await Admin.Get($"projects/{id}/api-keys")).Refused();
        }
        (await Admin.Get("nothing")).Refused(404, "notFoundError.route");
        (await Admin.Send("PURGE", "projects")).Refused(405, "validationError.method");
    }

    [Fact]
    public async Task Nothing_of_the_administration_is_kept_in_caches_or_open_to_other_origins()
    {
        foreach (var answer in new[] { await Admin.Get("projects"), await Admin.As(null).Get("projects"), await Admin.Get("nothing") })
        {
            Assert.Equal("no-store", answer["cache-control"]);
            Assert.Null(answer["access-control-allow-origin"]);
        }
    }
}
