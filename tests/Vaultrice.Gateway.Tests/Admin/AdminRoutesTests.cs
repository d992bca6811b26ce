using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>What holds for every route of the administration, also for those to come.</summary>
public sealed class AdminRoutesTests(SharedServer shared)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];
    private static readonly string[] Roles = ["viewer", "admin", "owner"];

    private AdminCalls Operator => shared.Server.Admin;

    [Fact]
    public async Task Another_method_is_405_and_told_what_the_path_takes()
    {
        foreach (var path in (await Routes()).GroupBy(route => route.With()))
        {
            var taken = path.Select(route => route.Method).ToArray();
            foreach (var method in Methods.Except(taken))
            {
                var answer = await Operator.Send(method, path.Key, method is "POST" or "PUT" or "PATCH" ? "{}" : null);
                Assert.True(answer.Status == 405, $"{method} {path.Key}: {answer.Status} {answer.Body}");
                Assert.Equal(taken.Order(), answer["allow"]!.Split(", ").Order());
                if (method != "HEAD")
                    answer.Refused(405, "validationError.method");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    public async Task A_body_that_is_not_said_to_be_JSON_is_415(string contentType)
    {
        var calls = new Calls(shared.Server.Http, "none", "none", "none");
        var routes = (await Routes()).Where(route => route.TakesBody).ToArray();
        Assert.NotEmpty(routes);
        foreach (var route in routes)
        {
            var path = route.With(("projectId", TestServer.ProjectId), ("accountId", "root"));
            var answer = await calls.SendAs($"Bearer {AdminCalls.BootstrapToken}", route.Method, $"/admin/{path}", "{}", contentType);
            Assert.True(answer.Status == 415, $"{route}: {answer.Status} {answer.Body}");
            answer.Refused(415, "validationError.contentType");
        }
    }

    [Fact]
    public async Task A_path_of_nothing_is_404_whatever_the_method()
    {
        foreach (var path in (await Routes()).Select(route => route.With()).Distinct().Append("nothing"))
        {
            foreach (var method in new[] { "GET", "POST", "DELETE" })
                (await Operator.Send(method, $"{path}/no/such/route/at/all", method == "POST" ? "{}" : null)).Refused(404, "notFoundError.route");
        }
        (await Operator.Delete("projects/p/encryption/keys/one")).Refused(404, "notFoundError.route");
    }

    [Fact]
    public async Task Without_a_token_nothing_is_said_but_401()
    {
        foreach (var route in await Routes())
        {
            foreach (var method in new[] { route.Method, "QUERY" })
                (await Operator.As(null).Send(method, route.With(("projectId", TestServer.ProjectId)), route.TakesBody ? "{}" : null)).Refused(401, "authenticationError.adminToken.invalid");
        }
    }

    [Fact]
    public async Task Each_takes_the_role_of_its_kind_and_none_below()
    {
        var account = await NewAccount();
        var callers = new List<AdminCalls>();
        foreach (var role in Roles)
            callers.Add(Operator.As(await NewToken(role, account)));
        foreach (var route in await Routes())
        {
            Assert.Equal((route.ToString(), RoleOf(route)), (route.ToString(), route.Role));
            foreach (var (held, caller) in callers.Index())
            {
                var answer = await caller.Send(route.Method, route.With(), route.TakesBody ? "[]" : null);
                if (held < Array.IndexOf(Roles, route.Role))
                {
                    Assert.True(answer.Status == 403, $"{route} with the role {Roles[held]}: {answer.Status} {answer.Body}");
                    answer.Refused(403, "authorizationError.role");
                }
                else
                    Assert.True(answer.Status is < 500 and not 401 and not 403, $"{route} with the role {Roles[held]}: {answer.Status} {answer.Body}");
            }
        }
    }

    [Fact]
    public async Task What_is_of_another_account_answers_as_what_does_not_exist()
    {
        var mine = Operator.As(await NewToken("owner", await NewAccount()));
        var otherAccount = await NewAccount();
        var other = Operator.As(await NewToken("owner", otherAccount));
        var project = await other.NewProject();
        var key = await other.NewKey(project);
        await other.PutClass(project, "c", new { resumeWindow = 1, encryption = new { additionalAtRest = true } });
        var calls = new Calls(shared.Server.Http, project, "c", "i", key.Basic);
        (await calls.Set("a", "1")).Ok();
        // What they are about exists, and is the owner's to see.
        (await other.Get($"projects/{project}/encryption")).Ok();
        (await other.Get($"projects/{project}/objects/c/i/encryption")).Ok();

        var unknown = "project-" + new string('0', 24);
        var unknownAccount = new string('0', 24);
        (string, string)[] rest = [("apiKey", key.ApiKey), ("secretId", key.SecretId), ("class", "c"), ("id", "i")];
        foreach (var route in await Routes())
        {
            if (route.Path.Contains("{projectId}", StringComparison.Ordinal))
                AssertAlike(await Send(route.With([("projectId", project), .. rest])), await Send(route.With([("projectId", unknown), .. rest])));
            else if (route.Path.Contains("{accountId}", StringComparison.Ordinal))
                AssertAlike(await Send(route.With(("accountId", otherAccount))), await Send(route.With(("accountId", unknownAccount))));
            else if (route.TakesAccount)
                AssertAlike(await Send($"{route.With()}?accountId={otherAccount}"), await Send($"{route.With()}?accountId={unknownAccount}"));
            // These are about the caller's own account or name others in the body; AccountsTests has them.
            else if (route.ToString() is not ("GET accounts" or "POST accounts" or "POST explain"))
                (await Send(route.With(), """{"id":"a"}""")).Refused(404, "notFoundError.resource");

            Task<Answer> Send(string path, string body = "{}") => mine.Send(route.Method, path, route.TakesBody ? body : null);

            void AssertAlike(Answer foreign, Answer nothing)
            {
                Assert.True(foreign.Status == 404, $"{route}: {foreign.Status} {foreign.Body}");
                foreign.Refused(404, "notFoundError.resource");
                Assert.Equal((nothing.Status, nothing.Body), (foreign.Status, foreign.Body));
                Assert.Equal(Said(nothing), Said(foreign));
            }
        }
        Assert.Equal("1", (await calls.Get("a")).Ok().Value);
        (await other.Get($"projects/{project}/classes/c")).Ok();

        static IEnumerable<KeyValuePair<string, string>> Said(Answer answer) =>
            answer.Headers.Where(header => header.Key != "date").OrderBy(header => header.Key, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_call_that_takes_no_account_in_its_query_refuses_one()
    {
        var account = await NewAccount();
        foreach (var route in (await Routes()).Where(route => !route.TakesAccount))
        {
            var path = route.With(("projectId", TestServer.ProjectId), ("accountId", account));
            (await Operator.Send(route.Method, $"{path}?accountId={account}", route.TakesBody ? "{}" : null)).Refused(400, "validationError.argument");
        }
        (await Operator.Get($"accounts/{account}")).Ok();
    }

    /// <summary>Who looks needs to be a viewer, who changes projects an admin; tokens, accounts and the server's own keys are for owners.</summary>
    private static string RoleOf(AdminRoute route) => (route.Path.Split('/')[0], route.Method) switch
    {
        ("tokens" or "master-key" or "signing-keys", _) => "owner",
        ("explain", _) or (_, "GET") => "viewer",
        ("accounts", _) => "owner",
        _ => "admin",
    };

    private Task<AdminRoute[]> Routes() => AdminRoute.All(shared.Server);

    private async Task<string> NewAccount() => (await Operator.Post("accounts", new { name = "a" })).Ok(201).Json.GetProperty("accountId").GetString()!;

    private async Task<string> NewToken(string role, string accountId) =>
        (await Operator.Post("tokens", new { role, accountId })).Ok(201).Json.GetProperty("token").GetString()!;
}
