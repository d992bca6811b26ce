using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>An api key.</summary>
internal record ApiKeyJson
{
    public required string ApiKey { get; init; }

    public string? Name { get; init; }

    /// <summary>In ms since the Unix epoch.</summary>
    public required long CreatedAt { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>In ms since the Unix epoch; never when left out.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>From where it may be used; anywhere when empty.</summary>
    public required ImmutableArray<string> Origins { get; init; }

    /// <summary>Of <c>read</c>, <c>write</c>, <c>delete</c>, <c>message</c>, <c>presence</c>, <c>rotate-encryption</c>.</summary>
    public required string[] Permissions { get; init; }

    /// <summary>Which objects it may touch; all when left out.</summary>
    public ScopesJson? Scopes { get; init; }

    public required SecretJson[] Secrets { get; init; }

    public static ApiKeyJson Of(ApiKey key, ImmutableDictionary<string, UseRecord> uses) => new()
    {
        ApiKey = key.Id,
        Name = key.Name,
        CreatedAt = key.CreatedAt,
        Enabled = key.Enabled,
        ExpiresAt = key.ExpiresAt,
        Origins = key.Origins,
        Permissions = [.. PermissionNames.Of(key.Permissions)],
        Scopes = ScopesJson.Of(key.Scopes),
        Secrets = [.. key.Secrets.Select(secret => SecretJson.Of(secret, uses.GetValueOrDefault(UseRecord.OfSecret(key.Id, secret.Id))))],
    };
}

/// <summary>An api key with a secret that was just made.</summary>
internal sealed record NewApiKeyJson : ApiKeyJson
{
    /// <summary>Shown this once; only a hash is kept.</summary>
    public required string ApiSecret { get; init; }

    /// <summary>Names the secret from now on.</summary>
    public required string SecretId { get; init; }

    public static NewApiKeyJson Of(ApiKey key, string secret, string secretId)
    {
        var known = Of(key, ImmutableDictionary<string, UseRecord>.Empty);
        return new()
        {
            ApiKey = known.ApiKey,
            ApiSecret = secret,
            SecretId = secretId,
            Name = known.Name,
            CreatedAt = known.CreatedAt,
            Enabled = known.Enabled,
            ExpiresAt = known.ExpiresAt,
            Origins = known.Origins,
            Permissions = known.Permissions,
            Scopes = known.Scopes,
            Secrets = known.Secrets,
        };
    }
}

/// <summary>What is known of a secret.</summary>
/// <param name="Id">Names it.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Uses">How often it was used.</param>
/// <param name="LastUsedAt">In ms since the Unix epoch; never when left out.</param>
internal sealed record SecretJson(string Id, long CreatedAt, long Uses, long? LastUsedAt)
{
    public static SecretJson Of(ApiSecret secret, UseRecord? use) => new(secret.Id, secret.CreatedAt, use?.Count ?? 0, use?.LastAt);
}

/// <summary>Which objects of a project.</summary>
internal sealed record ScopesJson
{
    /// <summary>All when left out or empty.</summary>
    [NeverNull]
    public string[]? Classes { get; init; }

    /// <summary>What their ids begin with.</summary>
    [NeverNull]
    public string? IdPrefix { get; init; }

    public static ScopesJson? Of(KeyScopes? scopes) =>
        scopes is null ? null : new() { Classes = [.. scopes.Classes], IdPrefix = scopes.IdPrefix };
}
