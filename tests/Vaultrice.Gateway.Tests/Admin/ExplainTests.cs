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

    [Theory]
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
