using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Vaultrice.Gateway.Admin;
using Vaultrice.Gateway.Tests.Access;
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
        foreach (var (path, methods) in EndpointsByPath())
        {
            Assert.True(paths.ContainsKey(path), $"{path} is not described.");
            var operations = paths[path].EnumerateObject().ToArray();
            Assert.Equal(methods, operations.Select(operation => operation.Name).Order());
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

    /// <summary>The endpoints of the administration as a gateway maps them, with their methods in lower case.</summary>
    private static Dictionary<string, string[]> EndpointsByPath()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Transport:TlsTerminatedByProxy"] = "true";
        builder.Services.AddSingleton<IGrainFactory>(FakeGrains.Create().Factory);
        builder.AddGateway();
        var app = builder.Build();
        app.MapAdministration();
        var found = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => (Path: endpoint.RoutePattern.RawText!.Replace(":int", "").TrimEnd('/'), Methods: endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []))
            .Where(endpoint => endpoint.Path.StartsWith("/admin", StringComparison.Ordinal))
            .GroupBy(endpoint => endpoint.Path)
            .ToDictionary(path => path.Key, path => path.SelectMany(endpoint => endpoint.Methods).Select(method => method.ToLowerInvariant()).Order().ToArray());
        Assert.True(found.Count > 20, "The endpoints were not found.");
        return found;
    }
}
