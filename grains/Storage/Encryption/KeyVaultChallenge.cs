using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// Access tokens as Key Vault wants them: it tells with a 401 for which resource and tenant. The first request goes without its
/// content for that, and a resource is believed only if the vault lies in its domain or the configuration names it: else
/// whoever answers in the vault's place could have tokens for other services sent to him.
/// </summary>
internal sealed partial class KeyVaultChallenge(TokenCredential credential, string? resource) : BearerTokenAuthenticationPolicy(credential, [])
{
    private const string KeptContent = "vaultrice.content";

    private TokenRequestContext? _known;

    protected override void AuthorizeRequest(HttpMessage message)
    {
        if (_known is { } known)
            AuthenticateAndAuthorizeRequest(message, known);
        else
            KeepContentBack(message);
    }

    protected override async ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        if (_known is { } known)
            await AuthenticateAndAuthorizeRequestAsync(message, known);
        else
            KeepContentBack(message);
    }

    protected override bool AuthorizeRequestOnChallenge(HttpMessage message)
    {
        if (Read(message) is not { } told)
            return false;
        AuthenticateAndAuthorizeRequest(message, told);
        return true;
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        if (Read(message) is not { } told)
            return false;
        await AuthenticateAndAuthorizeRequestAsync(message, told);
        return true;
    }

    private static void KeepContentBack(HttpMessage message)
    {
        if (message.Request.Content is not { } content)
            return;
        message.SetProperty(KeptContent, content);
        message.Request.Content = null;
    }

    private TokenRequestContext? Read(HttpMessage message)
    {
        if (message.TryGetProperty(KeptContent, out var content))
            message.Request.Content = (RequestContent)content!;
        if (!message.Response.Headers.TryGetValue("WWW-Authenticate", out var header) || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return null;
        var told = Parameter().Matches(header).ToLookup(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        var scope = told["resource"].FirstOrDefault() is { } named ? named.TrimEnd('/') + "/.default" : told["scope"].FirstOrDefault();
        if (!Uri.TryCreate(scope, UriKind.Absolute, out var uri) || !IsBelieved(uri, message.Request.Uri.Host ?? ""))
            throw new AuthenticationRefusedException($"The key vault asks for a token for '{scope}', which is not the domain it is in: set MasterKey:KeyVaultResource if that is right.");
        Uri.TryCreate(told["authorization"].Concat(told["authorization_uri"]).FirstOrDefault(), UriKind.Absolute, out var authority);
        var tenant = authority?.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        var known = new TokenRequestContext([scope!], message.Request.ClientRequestId, tenantId: tenant, isCaeEnabled: true);
        _known = known;
        return known;
    }

    private bool IsBelieved(Uri scope, string vault) => resource is null
        ? vault.EndsWith("." + scope.Host, StringComparison.OrdinalIgnoreCase)
        : scope.GetLeftPart(UriPartial.Authority).Equals(new Uri(resource).GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""(\w+)\s*=\s*"?([^",\s]+)"?""")]
    private static partial Regex Parameter();
}

/// <summary>A token that was asked for is not sent.</summary>
internal sealed class AuthenticationRefusedException(string message) : Exception(message);
