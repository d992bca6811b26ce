using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Attacks;

/// <summary>Paths that mean to reach another object, another project or the administration.</summary>
public sealed class PathTests(SharedServer shared)
{
    private const string Mark = "what nobody else may see";

    /// <summary>Each as a path below an object the attacker may use; <c>{v}</c> is the victim's class and id, <c>{p}</c> its project.</summary>
    [Theory]
    [InlineData("../{v}/a")]
    [InlineData("%2e%2e/{v}/a")]
    [InlineData("%2E%2E%2F{v}%2Fa")]
    [InlineData("..%2f..%2f..%2f{p}/cache/{v}/a")]
    [InlineData("../../../../{p}/cache/{v}/a")]
    [InlineData("..;/{v}/a")]
    [InlineData("..%00/{v}/a")]
    [InlineData("%00/../{v}/a")]
    [InlineData("//{v}/a")]
    [InlineData("/../{v}/a")]
    [InlineData("..\\{v}\\a")]
    [InlineData("%5c..%5c{v}%5ca")]
    [InlineData("%c0%ae%c0%ae/{v}/a")]
    [InlineData("%252e%252e/{v}/a")]
    [InlineData("%ef%bc%8e%ef%bc%8e/{v}/a")]
    [InlineData("%ef%bc%8f{v}/a")]
    [InlineData("%e2%88%95{v}/a")]
    [InlineData("a?/../{v}/a")]
    [InlineData("a#/../{v}/a")]
    public async Task Below_an_object_reach_nothing_of_another_one(string path)
    {
        var admin = new AdminCalls(shared.Server.Http);
        var key = await admin.NewKey(await admin.NewProject());
        var mine = new Calls(shared.Server.Http, key.ProjectId, "c", "mine");
        // One victim in the same project, in a class that a scoped key would not reach, and one in another project.
        var beside = new Calls(shared.Server.Http, key.ProjectId, "victim", "object");
        var elsewhere = shared.Server.NewObject("victim");
        (await beside.SendAs(key.Basic, "POST", $"cache/{beside.ObjectPath}/a", $"{{\"value\":\"{Mark}\"}}")).Ok();
        (await elsewhere.Set("a", $"\"{Mark}\"")).Ok();
        foreach (var (victim, project) in new[] { (beside.ObjectPath, key.ProjectId), (elsewhere.ObjectPath, TestServer.ProjectId) })
        {
            var target = $"/project/{key.ProjectId}/cache/{mine.ObjectPath}/" + path.Replace("{v}", victim, StringComparison.Ordinal).Replace("{p}", project, StringComparison.Ordinal);
            foreach (var (method, more) in new[] { ("GET", ""), ("DELETE", ""), ("POST", "{\"value\":0}") })
            {
                var answer = await RawHttp.Exchange(shared.Server.Address, HeadOf(method, target, key.Basic, more));
                Assert.True(answer.Status is 0 or (>= 200 and < 500), $"{method} {target} was answered with {answer.Status}.");
                Assert.DoesNotContain(Mark, answer.Body, StringComparison.Ordinal);
            }
        }
        Assert.Contains(Mark, (await beside.SendAs(key.Basic, "GET", $"cache/{beside.ObjectPath}/a")).Ok().Body, StringComparison.Ordinal);
        Assert.Contains(Mark, (await elsewhere.Get("a")).Ok().Body, StringComparison.Ordinal);
    }

    /// <summary>As the project of a request whose credentials are good for another one.</summary>
    [Theory]
    [InlineData("demo/../{mine}")]
    [InlineData("{mine}/../demo")]
    [InlineData("{mine}%2f..%2fdemo")]
    [InlineData("%64emo")]
    [InlineData("demo%00")]
    [InlineData("demo%20")]
    [InlineData("DEMO")]
    [InlineData("demo;{mine}")]
    [InlineData("\u00ef\u00bd\u0084emo")] // full-width, its UTF-8 as raw bytes
    [InlineData("%ef%bd%84emo")]
    [InlineData("dem%d0%be")]
    [InlineData("/demo")]
    [InlineData("demo/")]
    public async Task A_project_by_another_spelling_is_not_the_project(string project)
    {
        var admin = new AdminCalls(shared.Server.Http);
        var key = await admin.NewKey(await admin.NewProject());
        var victim = shared.Server.NewObject("victim");
        (await victim.Set("a", $"\"{Mark}\"")).Ok();
        var spelled = project.Replace("{mine}", key.ProjectId, StringComparison.Ordinal);
        foreach (var credentials in new[] { key.Basic, TestServer.Basic })
        {
            var answer = await RawHttp.Exchange(shared.Server.Address, HeadOf("GET", $"/project/{spelled}/cache/{victim.ObjectPath}/a", credentials));
            Assert.True(answer.Status is 0 or (>= 400 and < 500), $"{spelled} was answered with {answer.Status}.");
            Assert.DoesNotContain(Mark, answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/admin/projects")]
    [InlineData("/ADMIN/projects")]
    [InlineData("/%61dmin/projects")]
    [InlineData("/admin%2fprojects")]
    [InlineData("//admin/projects")]
    [InlineData("/./admin/projects")]
    [InlineData("/x/../admin/projects")]
    [InlineData("/%2e/admin/projects")]
    [InlineData("/project/demo/../../admin/projects")]
    [InlineData("/project/demo/cache/c/o/../../../../../admin/projects")]
    [InlineData("/health/live/../../admin/projects")]
    [InlineData("/health/%2e%2e/admin/projects")]
    [InlineData("/admin;x/projects")]
    [InlineData("/admin/projects/")]
    [InlineData("/admin/projects%00")]
    [InlineData("/\u00ef\u00bd\u0081dmin/projects")] // full-width, its UTF-8 as raw bytes
    [InlineData("http://localhost/admin/projects")]
    [InlineData("http://anybody@localhost/admin/projects")]
    public async Task The_administration_is_nobodys_without_its_token(string target)
    {
        foreach (var credentials in new[] { TestServer.Basic, "Bearer " + (await shared.Server.NewObject().Token()).Ok().Body, "" })
        {
            var answer = await RawHttp.Exchange(shared.Server.Address, HeadOf("GET", target, credentials));
            Assert.True(answer.Status is 0 or (>= 400 and < 500), $"{target} was answered with {answer.Status}: {answer.Body}");
            Assert.DoesNotContain("projectId", answer.Body, StringComparison.Ordinal);
        }
    }

    private static string HeadOf(string method, string target, string credentials, string body = "") =>
        $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {credentials}\r\n"
        + (body.Length == 0 ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
