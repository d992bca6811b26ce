using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Accounts, their admin tokens, and what each role may do.</summary>
public sealed class AccountsTests(SharedServer shared)
{
    private AdminCalls Operator => shared.Server.Admin;

    [Fact]
    public async Task An_account_is_made_shown_listed_renamed_and_deleted()
    {
        var id = await NewAccount("tenant");
        Assert.Equal("tenant", (await Operator.Get($"accounts/{id}")).Ok().Json.GetProperty("name").GetString());
        Assert.Contains((await Operator.Get("accounts")).Ok().Json.EnumerateArray(), account => account.GetProperty("accountId").GetString() == id);
        Assert.Equal("renamed", (await Operator.Put($"accounts/{id}", new { name = "renamed" })).Ok().Json.GetProperty("name").GetString());

        var token = await NewToken("owner", id);
        var project = await Operator.As(token).NewProject();
        (await Operator.Delete($"accounts/{id}")).Refused(409, "conflictError.inUse");
        (await Operator.Delete($"projects/{project}")).Ok(204);
        (await Operator.Delete($"accounts/{id}")).Ok(204);
        (await Operator.Get($"accounts/{id}")).Refused(404, "notFoundError.resource");
        (await Operator.As(token).Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        (await Operator.Delete("accounts/root")).Refused(400, "validationError.argument");
    }

    [Fact]
    public async Task A_token_is_shown_once_listed_without_secrets_and_revoked_at_once()
    {
        var account = await NewAccount();
        var made = (await Operator.Post("tokens", new { name = "ci", role = "admin", accountId = account, expiresAt = 4_000_000_000_000 })).Ok(201).Json;
        var token = made.GetProperty("token").GetString()!;
        Assert.Matches("^vra_[0-9a-f]{24}_[0-9a-f]{16}_[0-9a-f]{64}$", token);
        var listed = (await Operator.Get($"tokens?accountId={account}")).Ok();
        Assert.DoesNotContain(token[^64..], listed.Body, StringComparison.Ordinal);
        var only = Assert.Single(listed.Json.EnumerateArray());
        Assert.Equal(("ci", "admin", 4_000_000_000_000), (only.GetProperty("name").GetString(), only.GetProperty("role").GetString(), only.GetProperty("expiresAt").GetInt64()));

        (await Operator.As(token).Get("projects")).Ok();
        (await Operator.Delete($"tokens/{made.GetProperty("tokenId").GetString()}?accountId={account}")).Ok(204);
        (await Operator.As(token).Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        (await Operator.Delete($"tokens/{made.GetProperty("tokenId").GetString()}?accountId={account}")).Refused(404, "notFoundError.resource");
    }

    [Fact]
    public async Task A_token_is_of_the_account_that_the_query_or_the_body_names()
    {
        var account = await NewAccount();
        var byQuery = await Operator.Post($"tokens?accountId={account}", new { role = "owner" });
        var byBody = await Operator.Post("tokens", new { role = "owner", accountId = account });
        var byBoth = await Operator.Post($"tokens?accountId={account}", new { role = "owner", accountId = account });
        foreach (var made in new[] { byQuery, byBody, byBoth })
        {
            Assert.Equal(account, made.Ok(201).Json.GetProperty("accountId").GetString());
            var owner = Operator.As(made.Json.GetProperty("token").GetString());
            Assert.Equal(account, Assert.Single((await owner.Get("accounts")).Ok().Json.EnumerateArray()).GetProperty("accountId").GetString());
        }
        (await Operator.Post($"tokens?accountId={account}", new { role = "owner", accountId = "root" })).Refused(400, "validationError.argument");
        foreach (var unknown in new[] { "", "nothing", $"{account}&accountId=root" })
            (await Operator.Post($"tokens?accountId={unknown}", new { role = "owner" })).Refused(404, "notFoundError.resource");
        Assert.Equal(3, (await Operator.Get($"tokens?accountId={account}")).Ok().Json.GetArrayLength());
    }

    [Fact]
    public async Task Without_a_good_token_everything_is_refused_alike()
    {
        var token = await NewToken("owner", await NewAccount());
        string?[] bad =
        [
            null, "", "x", AdminCalls.BootstrapToken + "x", AdminCalls.BootstrapToken[..^1], AdminCalls.BootstrapToken.ToUpperInvariant(), "bootstrap",
            token[..^1], token + "0", token[..^1] + (token[^1] == '0' ? '1' : '0'), token.Replace("vra_", "vra_root_"), "vra_root_bootstrap_" + token[^64..],
            token.Replace(token.Split('_')[1], "0123456789abcdef01234567"), "vra_____", "vra_root__", new string('a', 10_000),
        ];
        var first = (await Operator.As(null).Get("projects")).Refused(401, "authenticationError.adminToken.invalid");
        foreach (var one in bad)
        {
            foreach (var (method, path) in new[] { ("GET", "projects"), ("POST", "projects"), ("DELETE", $"projects/{TestServer.ProjectId}"), ("GET", "projects/unknown") })
            {
                var refused = (await Operator.As(one).Send(method, path, method == "POST" ? "no json" : null)).Refused(401, "authenticationError.adminToken.invalid");
                Assert.Equal(first.Body, refused.Body);
            }
        }
    }

    [Fact]
    public async Task Credentials_of_clients_are_no_admin_tokens()
    {
        var http = new Calls(shared.Server.Http, "none", "none", "none");
        var access = await Operator.Token(TestServer.ProjectId);
        foreach (var credentials in new[] { TestServer.Basic, $"Bearer {access}", $"Bearer {TestServer.ApiSecret}", $"Basic {AdminCalls.BootstrapToken}", AdminCalls.BootstrapToken })
            (await http.SendAs(credentials, "GET", "/admin/projects")).Refused(401, "authenticationError.adminToken.invalid");
        (await http.SendAs(null, "GET", $"/admin/projects?token={AdminCalls.BootstrapToken}&access_token={AdminCalls.BootstrapToken}")).Refused(401, "authenticationError.adminToken.invalid");
    }

    [Fact]
    public async Task A_token_that_has_ended_is_refused()
    {
        var account = await NewAccount();
        var soon = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1500;
        var token = (await Operator.Post("tokens", new { role = "viewer", accountId = account, expiresAt = soon })).Ok(201).Json.GetProperty("token").GetString()!;
        await Until.Succeeds("The token ends", async () => (await Operator.As(token).Get("projects")).Status == 401);
        Assert.True(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() >= soon);
    }

    [Theory]
    [InlineData("""{}""", "role")]
    [InlineData("""{"role":"root"}""", "role")]
    [InlineData("""{"role":"Owner"}""", "role")]
    [InlineData("""{"role":"owner","expiresAt":5}""", "expiresAt")]
    [InlineData("""{"role":"owner","token":"mine"}""", "token")]
    public async Task A_bad_wish_for_a_token_is_refused(string body, string member) => Assert.Contains(
        $"'{member}'",
        (await Operator.Post("tokens", body)).Refused(400, "validationError.argument").Json.GetProperty("message").GetString(),
        StringComparison.Ordinal);

    [Fact]
    public async Task An_owner_of_a_tenant_is_no_operator()
    {
        var account = await NewAccount();
        var owner = Operator.As(await NewToken("owner", account));
        (await owner.Post("accounts", new { name = "mine" })).Refused(403, "authorizationError.role");
        (await owner.Delete($"accounts/{account}")).Refused(403, "authorizationError.role");
        var project = await owner.NewProject();
        (await owner.Put($"projects/{project}", new { name = "a", limits = new { bytes = 1 } })).Refused(403, "authorizationError.role");
        (await owner.Put($"accounts/{account}", new { name = "renamed" })).Ok();
        Assert.Equal(account, Assert.Single((await owner.Get("accounts")).Ok().Json.EnumerateArray()).GetProperty("accountId").GetString());
        // Nor is an admin of the root account.
        var rootAdmin = Operator.As(await NewToken("admin", "root"));
        (await rootAdmin.Get($"projects/{project}")).Refused(404, "notFoundError.resource");
        (await rootAdmin.Put($"projects/{TestServer.ProjectId}", new { name = "demo", limits = new { bytes = 1 } })).Refused(403, "authorizationError.role");
    }

    [Fact]
    public async Task Everything_of_another_account_answers_exactly_as_what_does_not_exist()
    {
        var mine = Operator.As(await NewToken("owner", await NewAccount()));
        var otherAccount = await NewAccount();
        var other = Operator.As(await NewToken("owner", otherAccount));
        var project = await other.NewProject();
        var key = await other.NewKey(project);
        await other.PutClass(project, "c", new { resumeWindow = 1 });
        (await shared.Server.NewObject(key, "c").Set("a", "1")).Ok();
        var unknown = "project-" + new string('0', 24);
        var unknownAccount = new string('0', 24);
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", "", null), ("PUT", "", new { name = "a" }), ("PUT", "", "[]"), ("DELETE", "", null),
            ("GET", "/api-keys", null), ("POST", "/api-keys", new { }), ("POST", "/api-keys", """{"x":1}"""),
            ("GET", $"/api-keys/{key.ApiKey}", null), ("PATCH", $"/api-keys/{key.ApiKey}", new { enabled = false }), ("DELETE", $"/api-keys/{key.ApiKey}", null),
            ("POST", $"/api-keys/{key.ApiKey}/rotate", new { }), ("DELETE", $"/api-keys/{key.ApiKey}/secrets/{key.SecretId}", null),
            ("POST", "/tokens", new { }), ("POST", "/tokens", new { apiKey = key.ApiKey }),
            ("GET", "/classes", null), ("GET", "/classes/c", null), ("PUT", "/classes/c", new { }), ("DELETE", "/classes/c", null),
            ("GET", "/objects", null), ("GET", "/objects?class=c", null), ("GET", "/objects/c/i", null), ("DELETE", "/objects/c/i", null),
            ("GET", "/audit", null), ("GET", "/audit/verify", null),
        })
        {
            AssertSame(await mine.Send(method, $"projects/{project}{path}", body), await mine.Send(method, $"projects/{unknown}{path}", body), $"{method} {path}");
        }
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", "projects?accountId={a}", null), ("POST", "projects?accountId={a}", new { name = "a" }), ("GET", "accounts/{a}", null),
            ("PUT", "accounts/{a}", new { name = "a" }), ("DELETE", "accounts/{a}", null), ("GET", "tokens?accountId={a}", null),
            ("DELETE", "tokens/t?accountId={a}", null), ("GET", "audit?accountId={a}", null), ("GET", "audit/verify?accountId={a}", null),
        })
        {
            AssertSame(await mine.Send(method, path.Replace("{a}", otherAccount), body), await mine.Send(method, path.Replace("{a}", unknownAccount), body), $"{method} {path}");
        }
        AssertSame(
            await mine.Post("tokens", new { role = "owner", accountId = otherAccount }), await mine.Post("tokens", new { role = "owner", accountId = unknownAccount }), "tokens");
        var explain = (string id) => mine.Post("explain", new { projectId = id, apiKey = key.ApiKey, @class = "c", id = "i", operation = "get" });
        AssertSame(await explain(project), await explain(unknown), "explain");
        Assert.DoesNotContain(project, (await mine.Get("projects")).Ok().Body, StringComparison.Ordinal);
        (await other.Get($"projects/{project}/api-keys/{key.ApiKey}")).Ok();
        // The operator sees it.
        (await Operator.Get($"projects/{project}")).Ok();
    }

    private static void AssertSame(Answer foreign, Answer unknown, string what)
    {
        Assert.Equal((what, unknown.Status, unknown.Body), (what, foreign.Status, foreign.Body));
        Assert.Equal(unknown.Headers.Where(IsSaid).OrderBy(header => header.Key, StringComparer.Ordinal), foreign.Headers.Where(IsSaid).OrderBy(header => header.Key, StringComparer.Ordinal));

        static bool IsSaid(KeyValuePair<string, string> header) => header.Key != "date";
    }

    private async Task<string> NewAccount(string name = "an account") =>
        (await Operator.Post("accounts", new { name })).Ok(201).Json.GetProperty("accountId").GetString()!;

    private async Task<string> NewToken(string role, string accountId) =>
        (await Operator.Post("tokens", new { role, accountId })).Ok(201).Json.GetProperty("token").GetString()!;
}
