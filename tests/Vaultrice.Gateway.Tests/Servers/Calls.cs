using System.Net.Http.Headers;
using System.Text;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>The calls of the protocol on one object; paths go out exactly as given.</summary>
internal sealed class Calls(HttpClient http, string projectId, string @class, string id, string? basic = null)
{
    private readonly string _basic = basic ?? TestServer.Basic;

    public string ObjectPath => $"{@class}/{id}";

    /// <summary>The address of the object's socket, credentials not included.</summary>
    public string SocketPath => $"/project/{projectId}/ws/{ObjectPath}";

    public static HttpClient ClientOf(Uri address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxConnectionsPerServer = 256,
    })
    {
        BaseAddress = address,
        Timeout = Waiting.Patience,
    };

    public Task<Answer> Get(string name) => Send("GET", $"cache/{ObjectPath}/{name}");

    public Task<Answer> Set(string name, string value, string more = "", params (string Name, string Value)[] headers) =>
        Send("POST", $"cache/{ObjectPath}/{name}", $"{{\"value\":{value}{more}}}", headers: headers);

    public Task<Answer> SetMany(string json, params (string Name, string Value)[] headers) =>
        Send("POST", $"cache/{ObjectPath}", json, headers: headers);

    public Task<Answer> GetMany(string names) => Send("POST", $"cache-query/{ObjectPath}", names);

    public Task<Answer> GetAll(string query = "") => Send("GET", $"cache/{ObjectPath}{query}");

    public Task<Answer> Keys(string query = "") => Send("GET", $"cache-keys/{ObjectPath}{query}");

    public Task<Answer> Remove(string name) => Send("DELETE", $"cache/{ObjectPath}/{name}");

    public Task<Answer> RemoveMany(string names) => Send("DELETE", $"cache/{ObjectPath}", names);

    public Task<Answer> Clear() => Send("DELETE", $"cache/{ObjectPath}");

    public Task<Answer> Apply(string name, string operation, string json, params (string Name, string Value)[] headers) =>
        Send("POST", $"cache/{ObjectPath}/{name}/{operation}", json, headers: headers);

    public Task<Answer> Encryption(string? json = null) => Send("POST", $"cache-encryption/{ObjectPath}", json);

    public Task<Answer> Rotate(string? json = null) => Send("POST", $"cache-encryption-rotate/{ObjectPath}", json);

    public Task<Answer> Message(string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        Send("POST", $"message/{ObjectPath}", body, contentType, headers);

    public Task<Answer> Presence() => Send("GET", $"presence-list/{ObjectPath}");

    public Task<Answer> Token(string? authorization = null) => SendAs(authorization ?? _basic, "GET", "auth/token");

    /// <summary>The names of all items, in order.</summary>
    public async Task<string[]> Names() => [.. (await Keys()).Ok().Json.EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal)];

    public Task<Answer> Send(
        string method, string path, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        SendAs(_basic, method, path, body, contentType, headers);

    /// <summary>Sends a request.</summary>
    /// <param name="authorization">The credentials, or null for none.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">The target below the project, raw.</param>
    /// <param name="body">The body, or null for none.</param>
    /// <param name="contentType">The body's content type; empty for none.</param>
    /// <param name="headers">More headers.</param>
    public async Task<Answer> SendAs(
        string? authorization,
        string method,
        string path,
        string? body = null,
        string contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        var target = path.StartsWith('/') ? path[1..] : $"project/{projectId}/{path}";
        using var request = new HttpRequestMessage(
            new(method), new Uri($"{http.BaseAddress}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType.Length > 0)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await http.SendAsync(request).Or($"{method} {path} was not answered");
        return new((int)response.StatusCode, Flatten(response.Headers, response.Content.Headers), await response.Content.ReadAsStringAsync());
    }

    private static Dictionary<string, string> Flatten(params HttpHeaders[] all) =>
        all.SelectMany(headers => headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
}
