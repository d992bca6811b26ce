using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>What credentials say by themselves, before the project is asked what it thinks of them.</summary>
/// <param name="ProjectId">The project they are for.</param>
/// <param name="ApiKey">The api key they are of.</param>
/// <param name="SecretId">The secret they were got with; null for a token that the administration made.</param>
/// <param name="Permissions">What they are good for at most.</param>
/// <param name="Scopes">Which objects they are good for at most; null for all.</param>
/// <param name="Origin">The only origin they are good for, or null.</param>
/// <param name="ExpiresAt">When they end, in ms since the Unix epoch; <see cref="long.MaxValue"/> for never.</param>
internal sealed record AccessClaims(
    string ProjectId,
    string ApiKey,
    string? SecretId,
    Permissions Permissions,
    KeyScopes? Scopes,
    string? Origin,
    long ExpiresAt)
{
    /// <summary>The claims of a key itself, used with its secret.</summary>
    public static AccessClaims OfKey(string projectId, string apiKey, string? secretId) =>
        new(projectId, apiKey, secretId, Permissions.All, null, null, long.MaxValue);
}
