using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>
/// Who is asking, established by the access gate, and what the project they were judged by lets them do. One is kept for each
/// token and as good as the project's snapshot: whatever needs work is worked out when it is made.
/// </summary>
internal sealed class Caller
{
    private readonly OriginRule? _tokenOrigin;
    private readonly ImmutableArray<OriginRule> _keyOrigins = [];

    private Caller(AccessClaims claims, ProjectSnapshot project, ApiKey key)
    {
        (Claims, Project, Key) = (claims, project, key);
        Permissions = claims.Permissions & key.Permissions;
        IsBoundToOrigins = claims.Origin is not null || !key.Origins.IsDefaultOrEmpty;
        if (claims.Origin is not null && OriginRule.TryParse(claims.Origin, out var origin))
            _tokenOrigin = origin;
        if (!key.Origins.IsDefaultOrEmpty)
            _keyOrigins = [.. key.Origins.Select(text => OriginRule.TryParse(text, out var rule) ? rule : null).OfType<OriginRule>()];
    }

    /// <summary>What the credentials say.</summary>
    public AccessClaims Claims { get; }

    /// <summary>The project as it was when they were judged.</summary>
    public ProjectSnapshot Project { get; }

    /// <summary>The api key as it was then.</summary>
    public ApiKey Key { get; }

    public string ProjectId => Claims.ProjectId;

    public string ApiKey => Claims.ApiKey;

    /// <summary>What both the credentials and, at present, their key allow: a narrowed key narrows its tokens.</summary>
    public Permissions Permissions { get; }

    /// <summary>When the key stops being usable, in ms since the Unix epoch; <see cref="long.MaxValue"/> for never.</summary>
    public long KeyExpiresAt => Key.ExpiresAt ?? long.MaxValue;

    /// <summary>Counts the uses of the secret that was used; null when none was.</summary>
    public UseCounter? Uses { get; init; }

    /// <summary>Whether it matters where they are used.</summary>
    public bool IsBoundToOrigins { get; }

    public bool IsTokenGoodFrom(string origin) => Claims.Origin is null || _tokenOrigin?.Matches(origin) == true;

    public bool IsKeyGoodFrom(string origin)
    {
        if (Key.Origins.IsDefaultOrEmpty)
            return true;
        foreach (var rule in _keyOrigins)
        {
            if (rule.Matches(origin))
                return true;
        }
        return false;
    }

    /// <summary>Whether credentials and key both reach an object.</summary>
    public bool Reaches(string @class, string id) =>
        (Claims.Scopes is null || Claims.Scopes.Include(@class, id)) && (Key.Scopes is null || Key.Scopes.Include(@class, id));

    /// <summary>What the project at present makes of claims, or why nothing.</summary>
    /// <param name="claims">What the credentials say.</param>
    /// <param name="project">The project, or null if there is none.</param>
    /// <param name="now">In ms since the Unix epoch.</param>
    /// <param name="uses">Where the uses of secrets are counted.</param>
    public static (Caller? Caller, string? WhyNot) Of(AccessClaims claims, ProjectSnapshot? project, long now, UseReports uses)
    {
        if (project is null)
            return (null, "There is no such project.");
        if (claims.ProjectId != project.ProjectId)
            return (null, "The credentials are of another project.");
        if (!project.ApiKeys.TryGetValue(claims.ApiKey, out var key))
            return (null, "The project has no such api key, or no longer.");
        if (!key.Enabled)
            return (null, "The api key is disabled.");
        if (!key.IsUsable(now))
            return (null, "The api key has expired.");
        if (claims.SecretId is not null && !key.Secrets.Any(secret => secret.Id == claims.SecretId))
            return (null, "The secret that was used is deleted.");
        return (new(claims, project, key)
        {
            Uses = claims.SecretId is null ? null : uses.OfSecret(project.ProjectId, key.Id, claims.SecretId),
        }, null);
    }
}
