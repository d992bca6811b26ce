using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>The claims of our tokens as JSON, read strictly: a duplicate or a member of the wrong form makes it no token.</summary>
internal static class TokenClaims
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Writes what a token says; ASCII, because the SDK reads tokens with <c>atob</c>.</summary>
    /// <param name="claims">Whom it is for and what it is good for.</param>
    /// <param name="issuer">Who issues it.</param>
    /// <param name="tokenId">Tells it from all others.</param>
    /// <param name="now">When it is issued.</param>
    public static string Write(AccessClaims claims, string issuer, string tokenId, DateTimeOffset now)
    {
        var members = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            // In milliseconds, as the SDK reads it; iat in seconds.
            ["exp"] = claims.ExpiresAt,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["id"] = claims.ApiKey,
            ["iss"] = issuer,
            ["jti"] = tokenId,
            ["permissions"] = PermissionNames.Of(claims.Permissions),
            ["projectId"] = claims.ProjectId,
            ["sub"] = claims.ApiKey,
        };
        if (claims.SecretId is not null)
            members["sid"] = claims.SecretId;
        if (claims.Origin is not null)
            members["origin"] = claims.Origin;
        if (claims.Scopes is { } scopes)
        {
            var written = new SortedDictionary<string, object>(StringComparer.Ordinal);
            if (!scopes.Classes.IsDefaultOrEmpty)
                written["classes"] = scopes.Classes;
            if (scopes.IdPrefix is not null)
                written["idPrefix"] = scopes.IdPrefix;
            members["scopes"] = written;
        }
        return JsonSerializer.Serialize(members);
    }

    /// <summary>The claims of a token whose signature is good; null when they are not of our form or not yet valid.</summary>
    /// <param name="encoded">The token's middle part.</param>
    /// <param name="now">The time, for <c>nbf</c> alone: it is in seconds, and ours have none.</param>
    public static AccessClaims? Read(string encoded, DateTimeOffset now) => Read(encoded, claims =>
    {
        if (!TryGetText(claims, "sub", out var apiKey) || apiKey is null
            || !TryGetText(claims, "projectId", out var projectId) || projectId is null
            || !claims.TryGetProperty("exp", out var exp) || exp.ValueKind != JsonValueKind.Number || !exp.TryGetInt64(out var expiresAt)
            || !TryGetText(claims, "sid", out var secretId)
            || !TryGetText(claims, "origin", out var origin)
            || !TryGetPermissions(claims, out var permissions)
            || !TryGetScopes(claims, out var scopes))
        {
            return null;
        }
        if (claims.TryGetProperty("nbf", out var notBefore)
            && (notBefore.ValueKind != JsonValueKind.Number || !notBefore.TryGetInt64(out var seconds) || seconds > now.ToUnixTimeSeconds()))
        {
            return null;
        }
        return new AccessClaims(projectId, apiKey, secretId, permissions, scopes, origin, expiresAt);
    });

    /// <summary>The key a token names in its header; null when the header is not exactly of the form ours have.</summary>
    /// <param name="encoded">The token's first part.</param>
    /// <param name="algorithm">The only algorithm that is taken.</param>
    /// <remarks>So <c>crit</c>, <c>jku</c>, <c>jwk</c>, <c>x5u</c> and whatever else could say where a key is never reach a library.</remarks>
    public static string? ReadKeyId(string encoded, string algorithm) => Read(encoded, header =>
    {
        string? keyId = null;
        var hasAlgorithm = false;
        foreach (var member in header.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String)
                return null;
            var value = member.Value.GetString();
            switch (member.Name)
            {
                case "alg" when value == algorithm:
                    hasAlgorithm = true;
                    break;
                case "kid":
                    keyId = value;
                    break;
                case "typ" when value == "JWT":
                    break;
                default:
                    return null;
            }
        }
        return hasAlgorithm ? keyId : null;
    });

    private static T? Read<T>(string encoded, Func<JsonElement, T?> read)
        where T : class
    {
        var bytes = new byte[encoded.Length];
        if (Base64Url.DecodeFromChars(encoded, bytes, out _, out var length) != OperationStatus.Done)
            return null;
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter for texts that are no Unicode: the reader finds out when it is asked for them.
            return null;
        }
    }

    private static bool TryGetText(JsonElement root, string name, out string? text)
    {
        text = null;
        if (!root.TryGetProperty(name, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.String)
            return false;
        text = member.GetString();
        return true;
    }

    /// <summary>A token that names none is as good as its key: those of an earlier version did not.</summary>
    private static bool TryGetPermissions(JsonElement root, out Permissions permissions)
    {
        permissions = Permissions.All;
        if (!root.TryGetProperty("permissions", out var named))
            return true;
        permissions = Permissions.None;
        if (!TryGetTexts(named, out var words))
            return false;
        foreach (var word in words)
            permissions |= PermissionNames.Parse(word);
        return true;
    }

    private static bool TryGetScopes(JsonElement root, out KeyScopes? scopes)
    {
        scopes = null;
        if (!root.TryGetProperty("scopes", out var named))
            return true;
        ImmutableArray<string> classes = [];
        if (named.ValueKind != JsonValueKind.Object
            || (named.TryGetProperty("classes", out var list) && !TryGetTexts(list, out classes))
            || !TryGetText(named, "idPrefix", out var idPrefix))
        {
            return false;
        }
        scopes = new(classes, idPrefix);
        return true;
    }

    private static bool TryGetTexts(JsonElement list, out ImmutableArray<string> texts)
    {
        texts = [];
        if (list.ValueKind != JsonValueKind.Array)
            return false;
        var read = ImmutableArray.CreateBuilder<string>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String)
                return false;
            read.Add(element.GetString()!);
        }
        texts = read.MoveToImmutable();
        return true;
    }
}
