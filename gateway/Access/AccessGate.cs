using System.Collections.Concurrent;
using System.Text;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Checks who is asking: the project, then the credentials. One pipeline for HTTP and WebSocket.</summary>
internal sealed class AccessGate(ProjectSnapshots projects, AccessTokens tokens, TimeProvider time)
{
    private const string BearerScheme = "Bearer ";
    private const string BasicScheme = "Basic ";
    private const int MaxRememberedTokens = 20_000;

    // A token that was verified once costs no signature again; what can change (its age, its key) is checked each time.
    private readonly ConcurrentDictionary<string, (Caller Caller, long ExpiresAt)> _verified = new(StringComparer.Ordinal);

    /// <summary>Judges credentials in the form of an <c>Authorization</c> header: <c>Bearer token</c> or <c>Basic base64(key:secret)</c>.</summary>
    public async ValueTask<StorageResult<Caller>> Check(string projectId, string? credentials)
    {
        if (string.IsNullOrEmpty(credentials))
            return new StorageError(StorageErrorCode.CredentialsMissing, "Credentials are missing: send an Authorization header.");
        var project = await projects.Get(projectId);
        return credentials.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? await CheckToken(project, credentials)
            : CheckKey(project, credentials);
    }

    /// <summary>Judges <c>Basic</c> credentials alone, for minting tokens.</summary>
    public async ValueTask<StorageResult<Caller>> CheckKey(string projectId, string? credentials)
    {
        if (string.IsNullOrEmpty(credentials))
            return new StorageError(StorageErrorCode.CredentialsMissing, "Credentials are missing: send Authorization: Basic with api key and secret.");
        return CheckKey(await projects.Get(projectId), credentials);
    }

    private async ValueTask<StorageResult<Caller>> CheckToken(ProjectSnapshot? project, string credentials)
    {
        if (!_verified.TryGetValue(credentials, out var verified))
        {
            if (await tokens.Read(credentials[BearerScheme.Length..].Trim()) is not { } read)
                return Invalid();
            if (_verified.Count >= MaxRememberedTokens)
                _verified.Clear();
            verified = _verified[credentials] = read;
        }
        var now = Now();
        if (verified.Caller.ProjectId != project?.ProjectId || project.FindKey(verified.Caller.ApiKey, now) is null)
            return Invalid();
        if (verified.ExpiresAt <= now)
        {
            _verified.TryRemove(credentials, out _);
            return new StorageError(StorageErrorCode.TokenExpired, "The access token has expired: get a new one.");
        }
        return verified.Caller;
    }

    private StorageResult<Caller> CheckKey(ProjectSnapshot? project, string credentials)
    {
        if (!credentials.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase))
            return Invalid();
        var encoded = credentials.AsSpan(BasicScheme.Length).Trim();
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, decoded, out var length))
            return Invalid();
        var pair = Encoding.UTF8.GetString(decoded, 0, length);
        var colon = pair.IndexOf(':');
        if (colon < 0 || project?.FindKey(pair[..colon], Now()) is not { } key || key.FindSecret(pair[(colon + 1)..]) is null)
            return Invalid();
        return new Caller(project.ProjectId, key.Id);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One answer for an unknown project, an unknown key and a wrong secret: nobody learns which of them exists.</summary>
    private static StorageError Invalid() => new(StorageErrorCode.CredentialsInvalid, "The credentials are not valid for this project.");
}
