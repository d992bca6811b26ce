using System.Text;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Finds out whose credentials are: a token, or an api key with its secret.</summary>
internal sealed class Credentials(
    ProjectSnapshots projects, AccessTokens tokens, Verified<VerifiedToken> verified, AddressLimits addresses, UseReports uses, TimeProvider time)
{
    private const string BearerScheme = "Bearer ";
    private const string BasicScheme = "Basic ";
    private static readonly int MaxChars = BearerScheme.Length + AccessTokens.MaxTokenChars;

    /// <summary>One answer for an unknown project, an unknown key and a wrong secret: nobody learns which of them exists.</summary>
    private static readonly StorageError Invalid = new(StorageErrorCode.CredentialsInvalid, "The credentials are not valid for this project.");

    private static readonly StorageError Expired = new(StorageErrorCode.TokenExpired, "The access token has expired: get a new one.");

    private const string OfAnotherProject = "The credentials are of another project.";

    /// <summary>Judges credentials in the form of an <c>Authorization</c> header: <c>Bearer token</c> or <c>Basic base64(key:secret)</c>.</summary>
    /// <remarks>
    /// The project is asked for last: whoever has no credentials, or whom nobody listens to any more, must not have the server
    /// look for projects of invented ids.
    /// </remarks>
    public async ValueTask<CredentialsVerdict> Check(AccessRequest request)
    {
        var credentials = request.Credentials;
        if (string.IsNullOrEmpty(credentials))
            return CredentialsVerdict.Missing;
        if (credentials.Length > MaxChars)
            return new(Invalid, "The credentials are longer than any token.");
        var isToken = request.Operation != AccessOperation.MintToken && credentials.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase);
        if (isToken && verified.Find(credentials.AsSpan(BearerScheme.Length).Trim()) is { } known)
            return known.Claims.ProjectId == request.ProjectId
                ? Check(await projects.Get(request.ProjectId), known)
                : new(Invalid, OfAnotherProject);
        // Who guesses is not heard for a while; tokens known to be good are not guesses, whoever else shares their address.
        if (!request.IsRepeated && addresses.RefuseAttempt(request.Address) is { } refusal)
            return new(refusal, refusal.Message);
        var verdict = isToken ? await CheckNew(credentials, request.ProjectId) : await CheckBasic(credentials, request.ProjectId);
        if (ReferenceEquals(verdict.Error, Invalid) && !request.IsRepeated)
            addresses.CountFailure(request.Address);
        return verdict;
    }

    /// <summary>Judges claims that were established before, or are taken for granted. When a token ends is not asked.</summary>
    public CredentialsVerdict Check(ProjectSnapshot? project, AccessClaims claims)
    {
        var (caller, whyNot) = Caller.Of(claims, project, Now(), uses);
        return caller is null ? new(Invalid, whyNot!) : new(caller);
    }

    private async ValueTask<CredentialsVerdict> CheckNew(string credentials, string projectId)
    {
        var token = credentials[BearerScheme.Length..].Trim();
        if (await tokens.Read(token) is not { } claims)
            return new(Invalid, "The access token was not issued by this server, or was altered.");
        if (claims.ProjectId != projectId)
            return new(Invalid, OfAnotherProject);
        return Check(await projects.Get(projectId), verified.Add(new(token, claims)));
    }

    private CredentialsVerdict Check(ProjectSnapshot? project, VerifiedToken token)
    {
        var now = Now();
        // Judged anew only when the project has changed, or when the key may have expired.
        if (token.Caller is not { } caller || !ReferenceEquals(caller.Project, project) || caller.KeyExpiresAt <= now)
        {
            (caller, var whyNot) = Caller.Of(token.Claims, project, now, uses);
            if (caller is null)
                return new(Invalid, whyNot!);
            token.Caller = caller;
        }
        if (token.Claims.ExpiresAt > now)
            return new(caller);
        verified.Remove(token);
        return new(Expired, Expired.Message);
    }

    private async ValueTask<CredentialsVerdict> CheckBasic(string credentials, string projectId)
    {
        if (!credentials.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase))
            return new(Invalid, "Credentials are Bearer or, for minting a token always, Basic.");
        if (Decode(credentials.AsSpan(BasicScheme.Length).Trim()) is not { } pair)
            return new(Invalid, "Basic credentials are base64 of the api key, a colon and its secret.");
        var colon = pair.IndexOf(':');
        if (colon < 0)
            return new(Invalid, "Basic credentials are base64 of the api key, a colon and its secret.");
        var secret = pair[(colon + 1)..];
        var project = await projects.Get(projectId);
        var key = project?.ApiKeys.GetValueOrDefault(pair[..colon]);
        // The work is the same whether there is such a key or not.
        var secretId = (key ?? ApiKey.Unrestricted("", "", 0)).FindSecret(secret);
        if (key is not null && secretId is null)
            return new(Invalid, "The secret is not one of the api key's.");
        return Check(project, AccessClaims.OfKey(project?.ProjectId ?? "", pair[..colon], secretId));
    }

    private static string? Decode(ReadOnlySpan<char> encoded)
    {
        var decoded = new byte[encoded.Length];
        return Convert.TryFromBase64Chars(encoded, decoded, out var length) ? Encoding.UTF8.GetString(decoded, 0, length) : null;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>Who credentials are, or why they are nobody's.</summary>
internal readonly struct CredentialsVerdict
{
    public CredentialsVerdict(Caller caller) => Caller = caller;

    public CredentialsVerdict(StorageError error, string reason) => (Error, Reason) = (error, reason);

    public static CredentialsVerdict Missing { get; } = new(
        new StorageError(StorageErrorCode.CredentialsMissing, "Credentials are missing: send an Authorization header."), "There are no credentials.");

    public Caller? Caller { get; }

    /// <summary>What the client is told; null when there is a caller.</summary>
    public StorageError? Error { get; }

    /// <summary>What the owner of the project is told.</summary>
    public string? Reason { get; }
}
