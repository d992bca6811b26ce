using System.Text.Json;
using System.Text.RegularExpressions;
using Vaultrice.Gateway.Tests.Servers;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>A route of the administration as its description tells it.</summary>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Path">Below <c>/admin/</c>, with parameters in braces.</param>
/// <param name="Role">The role it takes.</param>
/// <param name="TakesBody">Whether it reads a body.</param>
/// <param name="TakesAccount">Whether another account can be named in the query.</param>
internal sealed partial record AdminRoute(string Method, string Path, string Role, bool TakesBody, bool TakesAccount)
{
    /// <summary>All routes of the administration.</summary>
    public static async Task<AdminRoute[]> All(TestServer server)
    {
        var document = (await new Calls(server.Http, "none", "none", "none").SendAs(null, "GET", "/openapi/v1.json")).Ok().Json;
        return [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => Of(path.Name, operation)))];
    }

    /// <summary>The path with values for its parameters; those that are not named are of nothing.</summary>
    public string With(params (string Name, string Value)[] values) => Parameters().Replace(Path, parameter =>
    {
        var name = parameter.Groups[1].Value;
        var (_, value) = values.FirstOrDefault(known => known.Name == name);
        return value ?? (name == "version" ? "1" : "nothing");
    });

    public override string ToString() => $"{Method} {Path}";

    private static AdminRoute Of(string path, JsonProperty operation) => new(
        operation.Name.ToUpperInvariant(),
        path["/admin/".Length..],
        RoleName().Match(operation.Value.GetProperty("description").GetString()!).Groups[1].Value,
        operation.Value.TryGetProperty("requestBody", out _),
        operation.Value.TryGetProperty("parameters", out var parameters)
            && parameters.EnumerateArray().Any(parameter => parameter.GetProperty("name").GetString() == "accountId"));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameters();

    [GeneratedRegex(@"role (\w+)")]
    private static partial Regex RoleName();
}
