using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Vaultrice.VaultDouble;

/// <summary>The vault's REST interface for RSA keys: create, get, list versions, rotate, wrap and unwrap, with its challenge and its errors.</summary>
internal sealed class KeyOperations(KeyVault vault)
{
    private static readonly string[] ApiVersions = ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01"];

    public void Map(IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/keys").AddEndpointFilter(Admit);
        keys.MapPost("/{name}/create", Create);
        keys.MapPost("/{name}/rotate", Rotate);
        keys.MapGet("/{name}/versions", ListVersions);
        keys.MapGet("/{name}/{version?}", Get);
        keys.MapPost("/{name}/wrapkey", (string name, JsonElement body) => Wrap(name, null, body));
        keys.MapPost("/{name}/{version}/wrapkey", Wrap);
        keys.MapPost("/{name}/unwrapkey", (string name, JsonElement body) => Unwrap(name, null, body));
        keys.MapPost("/{name}/{version}/unwrapkey", Unwrap);
    }

    private async ValueTask<object?> Admit(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.IsHttps)
            return Failure(403, "Forbidden", "Only HTTPS is served.");
        return ApiVersions.Contains(http.Request.Query["api-version"].ToString())
            ? await next(context)
            : Failure(400, "BadParameter", "The api-version is missing or not supported.");
    }

    /// <summary>To be called before bodies are read, as the real vault does: its clients send the first request without one.</summary>
    public async Task Challenge(HttpContext http, RequestDelegate next)
    {
        if (vault.Accepts(http.Request.Headers.Authorization))
        {
            await next(http);
            return;
        }
        http.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000\", resource=\"{KeyVault.Resource}\"";
        await Failure(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.").ExecuteAsync(http);
    }

    private IResult Create(string name, JsonElement body)
    {
        if (body.Text("kty") is not ("RSA" or "RSA-HSM"))
            return Failure(400, "BadParameter", "This double makes RSA keys only.");
        var size = body.TryGetProperty("key_size", out var asked) ? asked.GetInt32() : 2048;
        if (size is not (2048 or 3072 or 4096))
            return Failure(400, "BadParameter", "An RSA key has 2048, 3072 or 4096 bits.");
        return Bundle(name, vault.FindOrAdd(name).Add(size, KeyVault.Now));
    }

    private IResult Rotate(string name) =>
        vault.Find(name) is { } key ? Bundle(name, key.Add(key.Newest.Key.KeySize, KeyVault.Now)) : NotFound(name);

    private IResult Get(string name, string? version) =>
        vault.Find(name)?.Find(version) is { } found ? Bundle(name, found) : NotFound(name);

    private IResult ListVersions(string name) => vault.Find(name) is not { } key
        ? NotFound(name)
        : Results.Json(new
        {
            value = key.Versions.Select(version => new { kid = Id(name, version), attributes = Attributes(version) }),
            nextLink = (string?)null,
        });

    private IResult Wrap(string name, string? version, JsonElement body) => Use(name, version, body, static (key, padding, value) => key.Encrypt(value, padding));

    private IResult Unwrap(string name, string? version, JsonElement body) => Use(name, version, body, static (key, padding, value) => key.Decrypt(value, padding));

    private IResult Use(string name, string? version, JsonElement body, Func<RSA, RSAEncryptionPadding, byte[], byte[]> operation)
    {
        if (vault.Find(name)?.Find(version) is not { } found)
            return NotFound(name);
        if (!found.IsEnabled)
            return Failure(403, "Forbidden", "Operation is not allowed on a disabled key.");
        var padding = body.Text("alg") switch
        {
            "RSA-OAEP-256" => RSAEncryptionPadding.OaepSHA256,
            "RSA-OAEP" => RSAEncryptionPadding.OaepSHA1,
            _ => null,
        };
        if (padding is null || body.Text("value") is not { } value)
            return Failure(400, "BadParameter", "Property has invalid value: alg or value.");
        try
        {
            return Results.Json(new { kid = Id(name, found), value = Base64Url.EncodeToString(operation(found.Key, padding, Base64Url.DecodeFromChars(value))) });
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return Failure(400, "BadParameter", "The parameter is incorrect.");
        }
    }

    private IResult Bundle(string name, VaultKeyVersion version)
    {
        var parameters = version.Key.ExportParameters(includePrivateParameters: false);
        return Results.Json(new
        {
            key = new
            {
                kid = Id(name, version),
                kty = "RSA",
                key_ops = new[] { "encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey" },
                n = Base64Url.EncodeToString(parameters.Modulus),
                e = Base64Url.EncodeToString(parameters.Exponent),
            },
            attributes = Attributes(version),
        });
    }

    private string Id(string name, VaultKeyVersion version) => $"{vault.Address}/keys/{name}/{version.Name}";

    private static object Attributes(VaultKeyVersion version) => new
    {
        enabled = version.IsEnabled,
        created = version.CreatedAt,
        updated = version.CreatedAt,
        recoveryLevel = "Recoverable+Purgeable",
        recoverableDays = 90,
        exportable = false,
    };

    private static IResult NotFound(string name) =>
        Failure(404, "KeyNotFound", $"A key with (name/id) {name} was not found in this key vault.");

    private static IResult Failure(int status, string code, string message) => Results.Json(new { error = new { code, message } }, statusCode: status);
}

/// <summary>Reads members of bodies.</summary>
internal static class Members
{
    public static string? Text(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
