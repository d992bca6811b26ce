using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Api keys, their secrets, and the tokens that are minted on their behalf.</summary>
public sealed class ApiKeysApiTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task A_key_is_made_used_shown_listed_changed_and_deleted()
    {
        var project = await Admin.NewProject();
        var made = (await Admin.Post($"projects/{project}/api-keys", new
        {
            name = "backend",
            origins = new[] { "https://App.Example.com:443", "https://*.example.com" },
            permissions = new[] { "write", "read" },
            scopes = new { classes = new[] { "c" }, idPrefix = "o" },
            expiresAt = 4_000_000_000_000,
        })).Ok(201);
        var key = made.Json.GetProperty("apiKey").GetString()!;
        Assert.Matches("^[0-9a-f]{64}$", made.Json.GetProperty("apiSecret").GetString()!);
        Assert.Equal($"/admin/projects/{project}/api-keys/{key}", made["location"]);

        var shown = (await Admin.Get($"projects/{project}/api-keys/{key}")).Ok().Json;
        Assert.Equal("backend", shown.GetProperty("name").GetString());
        Assert.Equal("""["https://app.example.com","https://*.example.com"]""", shown.GetProperty("origins").GetRawText());
        Assert.Equal("""["read","write"]""", shown.GetProperty("permissions").GetRawText());
        Assert.Equal("""{"classes":["c"],"idPrefix":"o"}""", shown.GetProperty("scopes").GetRawText());
        Assert.Equal(4_000_000_000_000, shown.GetProperty("expiresAt").GetInt64());
        Assert.True(shown.GetProperty("enabled").GetBoolean());
        Assert.Equal(made.Json.GetProperty("secretId").GetString(), Assert.Single(shown.GetProperty("secrets").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(key, Assert.Single((await Admin.Get($"projects/{project}/api-keys")).Ok().Json.EnumerateArray()).GetProperty("apiKey").GetString());

        var changed = (await Admin.Patch($"projects/{project}/api-keys/{key}", new { enabled = false, name = (string?)null, origins = Array.Empty<string>() })).Ok().Json;
        Assert.False(changed.GetProperty("enabled").GetBoolean());
        Assert.False(changed.TryGetProperty("name", out _));
        Assert.Equal(0, changed.GetProperty("origins").GetArrayLength());
        Assert.Equal("""["read","write"]""", changed.GetProperty("permissions").GetRawText());

        (await Admin.Delete($"projects/{project}/api-keys/{key}")).Ok(204);
        (await Admin.Get($"projects/{project}/api-keys/{key}")).Refused(404, "notFoundError.resource");
        (await Admin.Delete($"projects/{project}/api-keys/{key}")).Refused(404, "notFoundError.resource");
    }

    [Fact]
    public async Task A_new_key_works_for_everything_and_its_secret_is_shown_once()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        var calls = shared.Server.NewObject(key);
        (await calls.Set("a", "1")).Ok();
        Assert.Equal("1", (await calls.Get("a")).Ok().Value);
        foreach (var path in new[] { $"projects/{project}", $"projects/{project}/api-keys", $"projects/{project}/api-keys/{key.ApiKey}", $"projects/{project}/audit" })
            Assert.DoesNotContain(key.ApiSecret, (await Admin.Get(path)).Ok().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_key_has_two_good_secrets_until_one_is_deleted()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        var rotated = (await Admin.Post($"projects/{project}/api-keys/{key.ApiKey}/rotate")).Ok().Json;
        var second = key with { ApiSecret = rotated.GetProperty("apiSecret").GetString()!, SecretId = rotated.GetProperty("secretId").GetString()! };
        Assert.NotEqual(key.ApiSecret, second.ApiSecret);
        var calls = shared.Server.NewObject(key);
        (await calls.Token(key.Basic)).Ok();
        await Until.Succeeds("The second secret is good", async () => (await calls.Token(second.Basic)).Status == 200);

        (await Admin.Delete($"projects/{project}/api-keys/{key.ApiKey}/secrets/{key.SecretId}")).Ok(204);
        await Until.Succeeds("The first secret is refused", async () => (await calls.Token(key.Basic)).Status == 401);
        (await calls.Token(second.Basic)).Ok();
        (await Admin.Delete($"projects/{project}/api-keys/{key.ApiKey}/secrets/{key.SecretId}")).Refused(404, "notFoundError.resource");
    }

    [Fact]
    public async Task A_key_has_at_most_8_secrets()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        for (var i = 1; i < 8; i++)
            (await Admin.Post($"projects/{project}/api-keys/{key.ApiKey}/rotate")).Ok();
        (await Admin.Post($"projects/{project}/api-keys/{key.ApiKey}/rotate")).Refused(409, "limitError.resources");
    }

    [Theory]
    [InlineData("""{"origins":"https://a.example"}""", "origins")]
    [InlineData("""{"origins":["https://a.example/"]}""", "origins[0]")]
    [InlineData("""{"origins":["https://a.example","null"]}""", "origins[1]")]
    [InlineData("""{"origins":["*"]}""", "origins[0]")]
    [InlineData("""{"origins":["https://*.com"]}""", "origins[0]")]
    [InlineData("""{"origins":[null]}""", "origins[0]")]
    [InlineData("""{"origins":[1]}""", "origins[0]")]
    [InlineData("""{"permissions":["read","admin"]}""", "permissions[1]")]
    [InlineData("""{"permissions":{}}""", "permissions")]
    [InlineData("""{"permissions":null}""", "permissions")]
    [InlineData("""{"origins":null}""", "origins")]
    [InlineData("""{"scopes":null}""", "scopes")]
    [InlineData("""{"scopes":{"classes":null}}""", "scopes.classes")]
    [InlineData("""{"scopes":{"idPrefix":null}}""", "scopes.idPrefix")]
    [InlineData("""{"scopes":{"classes":["a/b"]}}""", "scopes.classes[0]")]
    [InlineData("""{"scopes":{"class":["a"]}}""", "scopes.class")]
    [InlineData("""{"scopes":{"idPrefix":""}}""", "scopes.idPrefix")]
    [InlineData("""{"scopes":[]}""", "scopes")]
    [InlineData("""{"expiresAt":1}""", "expiresAt")]
    [InlineData("""{"expiresAt":1.5}""", "expiresAt")]
    [InlineData("""{"expiresAt":"2030-01-01"}""", "expiresAt")]
    [InlineData("""{"expiresAt":8640000000000001}""", "expiresAt")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"secret":"mine"}""", "secret")]
    public async Task A_bad_member_is_refused_by_name_and_changes_nothing(string body, string member)
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        var before = (await Admin.Get($"projects/{project}/api-keys")).Ok().Body;
        foreach (var refused in new[]
        {
            (await Admin.Post($"projects/{project}/api-keys", body)).Refused(400, "validationError.argument"),
            (await Admin.Patch($"projects/{project}/api-keys/{key.ApiKey}", body)).Refused(400, "validationError.argument"),
        })
        {
            Assert.Contains($"'{member}'", refused.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(before, (await Admin.Get($"projects/{project}/api-keys")).Ok().Body);
    }

    [Theory]
    [InlineData("enabled")]
    [InlineData("permissions")]
    [InlineData("origins")]
    [InlineData("scopes")]
    public async Task A_null_neither_enables_a_key_nor_lifts_a_restriction(string member)
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(
            project, new { permissions = new[] { "read" }, origins = new[] { "https://a.example" }, scopes = new { classes = new[] { "c" } } });
        await Admin.PatchKey(key, new { enabled = false });
        var before = (await Admin.Get($"projects/{project}/api-keys")).Ok().Body;
        var refused = (await Admin.Patch($"projects/{project}/api-keys/{key.ApiKey}", $$"""{"{{member}}":null,"name":"other"}""")).Refused(400, "validationError.argument");
        Assert.Equal($"The member '{member}' must not be null: leave it out, or say what it shall be.", refused.Json.GetProperty("message").GetString());
        Assert.Equal(before, (await Admin.Get($"projects/{project}/api-keys")).Ok().Body);
        (await Admin.Patch($"projects/{project}/api-keys/{key.ApiKey}", """{"name":null,"expiresAt":null}""")).Ok();
    }

    [Fact]
    public async Task A_token_on_behalf_of_a_key_works_until_it_ends()
    {
        var project = await Admin.NewProject();
        (await Admin.Post($"projects/{project}/tokens")).Refused(409, "conflictError.apiKey.unusable");
        var key = await Admin.NewKey(project);
        var calls = shared.Server.NewObject(key);
        var token = await Admin.Token(project);
        (await calls.SendAs($"Bearer {token}", "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Ok();

        var brief = await Admin.Token(project, new { apiKey = key.ApiKey, expiresInMs = 1 });
        await Until.Succeeds("The token has ended", async () =>
            (await calls.SendAs($"Bearer {brief}", "GET", $"cache/{calls.ObjectPath}/a")) is { Status: 401, Body: var body } && body.Contains("token.expired"));
    }

    [Fact]
    public async Task A_token_can_be_narrower_than_its_key_and_never_wider()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project, new { permissions = new[] { "read", "write" } });
        var calls = shared.Server.NewObject(key);
        (await calls.Set("a", "1")).Ok();
        var read = await Admin.Token(project, new { permissions = new[] { "read", "delete" } });
        (await calls.SendAs($"Bearer {read}", "GET", $"cache/{calls.ObjectPath}/a")).Ok();
        (await calls.SendAs($"Bearer {read}", "POST", $"cache/{calls.ObjectPath}/a", """{"value":1}""")).Refused(403, "authorizationError.permission");
        (await calls.SendAs($"Bearer {read}", "DELETE", $"cache/{calls.ObjectPath}/a")).Refused(403, "authorizationError.permission");
    }

    [Fact]
    public async Task A_token_is_bound_to_an_origin_that_its_key_allows()
    {
        var project = await Admin.NewProject();
        await Admin.NewKey(project, new { origins = new[] { "https://*.example.com" } });
        var token = await Admin.Token(project, new { origin = "https://a.example.com" });
        var calls = shared.Server.NewObject(new TestKey(project, "", "", ""));
        (await calls.SendAs($"Bearer {token}", "GET", $"cache/{calls.ObjectPath}", headers: [("Origin", "https://a.example.com")])).Ok();
        (await calls.SendAs($"Bearer {token}", "GET", $"cache/{calls.ObjectPath}", headers: [("Origin", "https://b.example.com")]))
            .Refused(403, "authorizationError.origin.mismatch");
        (await Admin.Post($"projects/{project}/tokens", new { origin = "https://example.org" })).Refused(400, "validationError.argument");
        (await Admin.Post($"projects/{project}/tokens", new { origin = "https://*.example.com" })).Refused(400, "validationError.argument");
    }

    [Theory]
    [InlineData("""{"expiresInMs":0}""")]
    [InlineData("""{"expiresInMs":-1}""")]
    [InlineData("""{"expiresInMs":2147483648}""")]
    [InlineData("""{"expiresInMs":"1"}""")]
    [InlineData("""{"permissions":["all"]}""")]
    [InlineData("""{"apikey":"x"}""")]
    [InlineData("""{"apiKey":null}""")]
    [InlineData("""{"origin":null}""")]
    [InlineData("""{"permissions":null}""")]
    [InlineData("""{"expiresInMs":null}""")]
    public async Task A_bad_wish_for_a_token_is_refused(string body) =>
        (await Admin.Post($"projects/{TestServer.ProjectId}/tokens", body)).Refused(400, "validationError.argument");

    [Fact]
    public async Task A_token_can_live_as_long_as_the_SDK_can_count()
    {
        (await Admin.Post($"projects/{TestServer.ProjectId}/tokens", new { expiresInMs = int.MaxValue })).Ok();
        (await Admin.Post($"projects/{TestServer.ProjectId}/tokens", new { apiKey = "unknown" })).Refused(404, "notFoundError.resource");
    }
}
