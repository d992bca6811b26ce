using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Gateway.Access;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Access tokens on behalf of an api key, also very short ones, for tests and support.</summary>
internal static class AccessTokensApi
{
    public static void MapAccessTokens(this RouteGroupBuilder admin) => admin
        .MapPost("/projects/{projectId}/tokens", Mint)
        .Needs(AdminRole.Admin)
        .WithTags("Access tokens")
        .WithSummary("Mints an access token on behalf of an api key");

    private static async Task<Results<Ok<AccessTokenJson>, Refusal>> Mint(
        HttpContext context, AdminProject project, AdminBody<AccessTokenBody> body, AccessTokens tokens, AuditTrail audit)
    {
        var now = audit.Now;
        var key = body.Value.ApiKey is { } asked
            ? project.Snapshot.ApiKeys.GetValueOrDefault(asked)
            : project.Snapshot.ApiKeys.Values.Where(key => key.IsUsable(now)).MaxBy(key => (key.CreatedAt, key.Id));
        if (key is null && body.Value.ApiKey is not null)
            return Refusal.Unknown;
        if (key?.IsUsable(now) != true)
            return new Refusal(AdminErrors.NoUsableKey);
        var claims = body.Value.ToClaims(project.Id, key, now);
        if (!claims.Succeeded)
            return new Refusal(claims.Error);
        // Written down before it is handed out.
        await project.Grain.Note(audit.Entry(context, "accessToken.create", $"projects/{project.Id}/api-keys/{key.Id}", body.Value));
        return TypedResults.Ok(new AccessTokenJson(await tokens.Issue(claims.Value), key.Id, claims.Value.ExpiresAt));
    }
}

/// <summary>An access token to be.</summary>
internal sealed record AccessTokenBody : ICheckedBody
{
    /// <summary>On whose behalf; the newest usable key of the project when left out.</summary>
    [NeverNull]
    public string? ApiKey { get; init; }

    /// <summary>How long it lives, from 1 ms to 2,147,483,647 ms; 1 hour when left out.</summary>
    [NeverNull]
    public long? ExpiresInMs { get; init; }

    /// <summary>The only origin it is good from; when left out, those of its key.</summary>
    [NeverNull]
    public string? Origin { get; init; }

    /// <summary>What of its key's permissions it has; all when left out.</summary>
    [NeverNull]
    public string[]? Permissions { get; init; }

    public StorageError? Check() =>
        BodyRules.Range("expiresInMs", ExpiresInMs, 1, (long)AccessTokens.MaxLifetime.TotalMilliseconds)
        ?? BodyRules.Permissions("permissions", Permissions).Error;

    public StorageResult<AccessClaims> ToClaims(string projectId, ApiKey key, long now)
    {
        OriginRule? origin = null;
        if (Origin is not null && (Origin.Contains('*') || !OriginRule.TryParse(Origin, out origin)))
            return AdminErrors.Member("origin", "must be one origin without path, such as https://app.example.com.");
        if (origin is not null && !key.Origins.IsEmpty && !key.Origins.Any(text => OriginRule.TryParse(text, out var rule) && rule.Matches(origin.ToString())))
            return AdminErrors.Member("origin", "is none of the origins of the api key: the token would be good for nothing.");
        var lifetime = ExpiresInMs ?? (long)AccessTokens.Lifetime.TotalMilliseconds;
        return new AccessClaims(
            projectId, key.Id, null, key.Permissions & BodyRules.Permissions("permissions", Permissions).Value, key.Scopes, origin?.ToString(), now + lifetime);
    }
}

/// <summary>An access token.</summary>
/// <param name="AccessToken">The token, for <c>Authorization: Bearer</c>.</param>
/// <param name="ApiKey">On whose behalf.</param>
/// <param name="ExpiresAt">In ms since the Unix epoch.</param>
internal sealed record AccessTokenJson(string AccessToken, string ApiKey, long ExpiresAt);
