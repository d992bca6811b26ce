using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>What a developer with a refusal is told.</summary>
public sealed class ExplainTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task Every_check_is_told_in_order_with_its_result_and_reason()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project, new { origins = new[] { "https://a.example" }, permissions = new[] { "read" } });
        var good = await Explain(new { projectId = project, apiKey = key.ApiKey, origin = "https://a.example", @class = "c", id = "i", operation = "get" });
        Assert.StartsWith("True project passed credentials passed origin passed", good, StringComparison.Ordinal);
        Assert.Contains("permission passed", good, StringComparison.Ordinal);

        var bad = await Explain(new { projectId = project, apiKey = key.ApiKey, origin = "https://b.example", @class = "c", id = "i", operation = "set" });
        Assert.StartsWith("False project passed credentials passed origin failed", bad, StringComparison.Ordinal);
        Assert.Contains("permission failed", bad, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_explained_and_not_shown_again()
    {
        var project = await Admin.NewProject();
        await Admin.NewKey(project);
        var token = await Admin.Token(project, new { permissions = new[] { "write" } });
        foreach (var sent in new[] { token, $"Bearer {token}" })
        {
            var answer = (await Admin.Post("explain", new { projectId = project, token = sent, @class = "c", id = "i", operation = "get" })).Ok();
            Assert.DoesNotContain(token.Split('.')[2], answer.Body, StringComparison.Ordinal);
            Assert.False(answer.Json.GetProperty("allowed").GetBoolean());
        }
        Assert.StartsWith("False project passed credentials failed", await Explain(new { projectId = project, token = "x.y.z", @class = "c", id = "i", operation = "get" }), StringComparison.Ordinal);
        Assert.StartsWith("False project passed credentials failed", await Explain(new { projectId = project, @class = "c", id = "i", operation = "get" }), StringComparison.Ordinal);
        Assert.StartsWith("False project failed credentials failed", await Explain(new { projectId = "unknown", apiKey = "k", @class = "c", id = "i", operation = "get" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_minting_is_explained_without_an_object_and_with_the_form_of_its_origin()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project, new { scopes = new { classes = new[] { "other" } } });
        await Admin.PutClass(project, "c", new { idSignature = new { required = true, keys = new[] { new { version = 1, algorithm = "HS256", secret = "a shared secret, long enough for it" } } } });
        Assert.EndsWith("tokenOrigin passed", await Mint("True", new { projectId = project, apiKey = key.ApiKey, origin = "https://a.com", @class = "c", id = "i", operation = "token" }), StringComparison.Ordinal);
        Assert.EndsWith("tokenOrigin skipped", await Mint("True", new { projectId = project, apiKey = key.ApiKey, operation = "token" }), StringComparison.Ordinal);
        Assert.EndsWith("tokenOrigin failed", await Mint("False", new { projectId = project, apiKey = key.ApiKey, origin = "https://a.com/", operation = "token" }), StringComparison.Ordinal);
        // And so it is.
        (await shared.Server.NewObject(key).SendAs(key.Basic, "GET", "auth/token", headers: ("Origin", "https://a.com/"))).Refused(403, "authorizationError.origin.mismatch");

        async Task<string> Mint(string allowed, object question)
        {
            var explained = await Explain(question);
            Assert.StartsWith(allowed, explained, StringComparison.Ordinal);
            return explained;
        }
    }

    [Fact]
    public async Task Where_encryption_is_required_plain_data_is_explained_as_refused_and_ciphertexts_are_not()
    {
        var project = await Admin.NewProject();
        var key = await Admin.NewKey(project);
        await Admin.PutClass(project, "c", new { encryption = new { required = true } });
        foreach (var operation in new[] { "set", "write", "send", "message", "join", "presence" })
        {
            Assert.EndsWith("encryption failed", await Ask(operation, encrypted: false), StringComparison.Ordinal);
            Assert.StartsWith("True", await Ask(operation, encrypted: true), StringComparison.Ordinal);
        }
        foreach (var operation in new[] { "increment", "decrement", "push", "splice", "merge", "set-in" })
            Assert.EndsWith("encryption failed", await Ask(operation, encrypted: true), StringComparison.Ordinal);
        foreach (var operation in new[] { "get", "keys", "remove", "clear", "leave", "presence-list", "connect", "rotate-encryption" })
            Assert.EndsWith("encryption skipped", await Ask(operation, encrypted: false), StringComparison.Ordinal);

        Task<string> Ask(string operation, bool encrypted) =>
            Explain(new { projectId = project, apiKey = key.ApiKey, @class = "c", id = "i", operation, encrypted });
    }

    [Fact]
    public async Task Encryption_settings_that_were_never_made_are_explained_as_refused_to_who_may_not_write()
    {
        var project = await Admin.NewProject();
        var (reader, writer) = (await Admin.NewKey(project, new { permissions = new[] { "read" } }), await Admin.NewKey(project));
        Assert.EndsWith("encryption failed", await Ask(reader.ApiKey), StringComparison.Ordinal);
        Assert.StartsWith("True", await Ask(writer.ApiKey), StringComparison.Ordinal);
        // Explaining has made none.
        Assert.StartsWith("False", await Ask(reader.ApiKey), StringComparison.Ordinal);
        // Of what is refused already no object is asked.
        var elsewhere = await Admin.NewKey(project, new { permissions = new[] { "read" }, origins = new[] { "https://a.example" } });
        Assert.EndsWith("encryption skipped", await Ask(elsewhere.ApiKey), StringComparison.Ordinal);
        (await CallsOf(reader).Encryption()).Refused(403, "authorizationError.permission");
        (await CallsOf(writer).Encryption()).Ok();
        Assert.StartsWith("True", await Ask(reader.ApiKey), StringComparison.Ordinal);

        Calls CallsOf(TestKey key) => new(shared.Server.Http, project, "c", "i", key.Basic);

        Task<string> Ask(string apiKey) => Explain(new { projectId = project, apiKey, @class = "c", id = "i", operation = "encryption" });
    }

    [Theory]
    [InlineData("""{"projectId":"p","id":"i","operation":"get"}""", "class")]
    [InlineData("""{"projectId":"p","class":"c","operation":"get"}""", "id")]
    [InlineData("""{"projectId":"p","class":"c","id":"i"}""", "operation")]
    [InlineData("""{"projectId":"p","class":"c","id":"i","operation":"fly"}""", "operation")]
    [InlineData("""{"projectId":"p","class":"","id":"i","operation":"get"}""", "class")]
    [InlineData("""{"projectId":"p","class":"c","id":"","operation":"get"}""", "id")]
    [InlineData("""{"projectId":"p","class":"c","id":"i","operation":"get","secret":"s"}""", "secret")]
    public async Task A_bad_question_is_refused(string body, string member) => Assert.Contains(
        $"'{member}'",
        (await Admin.Post("explain", body)).Refused(400, "validationError.argument").Json.GetProperty("message").GetString(),
        StringComparison.Ordinal);

    /// <summary>Whether it is allowed, then check and result of each, in order; what was just changed is taken over in a moment.</summary>
    private async Task<string> Explain(object question)
    {
        var json = (await Admin.Post("explain", question)).Ok().Json;
        foreach (var check in json.GetProperty("checks").EnumerateArray())
            Assert.NotEmpty(check.GetProperty("reason").GetString()!);
        return json.GetProperty("allowed").GetBoolean() + " " + string.Join(
            ' ', json.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("check").GetString()} {check.GetProperty("result").GetString()}"));
    }
}
