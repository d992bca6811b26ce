using System.Text.Json;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>The calls of the administration; bodies are objects that become JSON, or text that goes out as it is.</summary>
internal sealed class AdminCalls(HttpClient http, string? token = AdminCalls.BootstrapToken)
{
    /// <summary>The bootstrap token of all test servers.</summary>
    public const string BootstrapToken = "bootstrap-token-of-tests-0123456789";

    private readonly Calls _calls = new(http, "none", "none", "none");

    /// <summary>Calls with another token; null for none.</summary>
    public AdminCalls As(string? other) => new(http, other);

    /// <summary>Sends a request; the path is below <c>/admin/</c>.</summary>
    public Task<Answer> Send(string method, string path, object? body = null) =>
        _calls.SendAs(token is null ? null : $"Bearer {token}", method, $"/admin/{path}", body as string ?? (body is null ? null : JsonSerializer.Serialize(body)));

    public Task<Answer> Get(string path) => Send("GET", path);

    public Task<Answer> Post(string path, object? body = null) => Send("POST", path, body ?? new { });

    public Task<Answer> Put(string path, object body) => Send("PUT", path, body);

    public Task<Answer> Patch(string path, object body) => Send("PATCH", path, body);

    public Task<Answer> Delete(string path) => Send("DELETE", path);

    /// <summary>Makes a project; its id.</summary>
    public async Task<string> NewProject(string name = "a project") =>
        (await Post("projects", new { name })).Ok(201).Json.GetProperty("projectId").GetString()!;

    /// <summary>Makes an api key: <c>origins</c>, <c>permissions</c>, <c>scopes</c>, <c>expiresAt</c>, <c>name</c>.</summary>
    public async Task<TestKey> NewKey(string projectId, object? body = null)
    {
        var json = (await Post($"projects/{projectId}/api-keys", body)).Ok(201).Json;
        return new(projectId, json.GetProperty("apiKey").GetString()!, json.GetProperty("apiSecret").GetString()!, json.GetProperty("secretId").GetString()!);
    }

    /// <summary>Changes an api key.</summary>
    public async Task PatchKey(TestKey key, object body) => (await Patch($"projects/{key.ProjectId}/api-keys/{key.ApiKey}", body)).Ok();

    public async Task DeleteKey(TestKey key) => (await Delete($"projects/{key.ProjectId}/api-keys/{key.ApiKey}")).Ok(204);

    /// <summary>Sets all settings of a class.</summary>
    public async Task PutClass(string projectId, string @class, object settings) =>
        (await Put($"projects/{projectId}/classes/{@class}", settings)).Ok();

    /// <summary>Mints an access token on behalf of a key: <c>expiresInMs</c>, <c>origin</c>, <c>permissions</c>.</summary>
    public async Task<string> Token(string projectId, object? body = null) =>
        (await Post($"projects/{projectId}/tokens", body)).Ok().Json.GetProperty("accessToken").GetString()!;
}

/// <summary>An api key of a test.</summary>
internal sealed record TestKey(string ProjectId, string ApiKey, string ApiSecret, string SecretId)
{
    /// <summary>As <c>Authorization</c> header.</summary>
    public string Basic => TestServer.BasicOf(ApiKey, ApiSecret);
}
