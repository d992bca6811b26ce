using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>The description of the administration.</summary>
public sealed class OpenApiTests(SharedServer shared)
{
    [Fact]
    public async Task Every_route_is_described_with_bodies_answers_parameters_and_the_token_it_takes()
    {
        var document = await new Calls(shared.Server.Http, "none", "none", "none").SendAs(null, "GET", "/openapi/v1.json");
        var json = document.Ok().Json;
        Assert.StartsWith("3.", json.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var paths = json.GetProperty("paths").EnumerateObject().ToDictionary(path => path.Name, path => path.Value);
        foreach (var (path, methods) in new[]
        {
            ("/admin/projects", "get post"), ("/admin/projects/{projectId}", "delete get put"),
            ("/admin/projects/{projectId}/api-keys", "get post"), ("/admin/projects/{projectId}/api-keys/{apiKey}", "delete get patch"),
            ("/admin/projects/{projectId}/api-keys/{apiKey}/rotate", "post"), ("/admin/projects/{projectId}/api-keys/{apiKey}/secrets/{secretId}", "delete"),
            ("/admin/projects/{projectId}/tokens", "post"),
            ("/admin/projects/{projectId}/classes", "get"), ("/admin/projects/{projectId}/classes/{class}", "delete get put"),
            ("/admin/projects/{projectId}/objects", "get"), ("/admin/projects/{projectId}/objects/{class}/{id}", "delete get"),
            ("/admin/projects/{projectId}/audit", "get"), ("/admin/projects/{projectId}/audit/verify", "get"),
            ("/admin/explain", "post"), ("/admin/audit", "get"), ("/admin/audit/verify", "get"),
            ("/admin/accounts", "get post"), ("/admin/accounts/{accountId}", "delete get put"), ("/admin/tokens", "get post"), ("/admin/tokens/{tokenId}", "delete"),
        })
        {
            Assert.True(paths.ContainsKey(path), $"{path} is not described.");
            var operations = paths[path].EnumerateObject().ToArray();
            Assert.Equal(methods.Split(' '), operations.Select(operation => operation.Name).Order());
            foreach (var operation in operations)
            {
                Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
                var answers = operation.Value.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).ToArray();
                Assert.Contains(answers, answer => answer[0] == '2');
                Assert.Contains("401", answers);
                if (operation.Name is "put" or "patch")
                    Assert.True(operation.Value.TryGetProperty("requestBody", out _), $"{path} has no body.");
                foreach (var part in path.Split('/').Where(part => part.StartsWith('{')))
                {
                    Assert.Contains(
                        operation.Value.GetProperty("parameters").EnumerateArray(),
                        parameter => parameter.GetProperty("name").GetString() == part.Trim('{', '}') && parameter.GetProperty("in").GetString() == "path");
                }
            }
        }
        Assert.DoesNotContain(paths.Keys, path => !path.StartsWith("/admin", StringComparison.Ordinal));
        Assert.Equal("bearer", json.GetProperty("components").GetProperty("securitySchemes").GetProperty("adminToken").GetProperty("scheme").GetString());
        Assert.Equal(1, json.GetProperty("security").GetArrayLength());
        foreach (var secret in new[] { AdminCalls.BootstrapToken, TestServer.ApiSecret, TestServer.ProjectId + "\"" })
            Assert.DoesNotContain(secret, document.Body, StringComparison.Ordinal);
    }
}
