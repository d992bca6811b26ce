using System.Text.Json;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>What somebody shows to prove who they are; which of the two counts is up to the class.</summary>
/// <param name="Token">A JWT, or null.</param>
/// <param name="Signature">The HMAC of the user id, or null.</param>
internal readonly record struct IdentityProof(string? Token, string? Signature)
{
    // Published SDKs of this protocol leave open what the members are called.
    private static readonly string[] TokenNames = ["token", "authToken", "identityToken", "jwt"];
    private static readonly string[] SignatureNames = ["signature", "authSignature", "userIdSignature"];

    /// <summary>The proof in the headers of a request.</summary>
    public static IdentityProof Of(IHeaderDictionary headers) =>
        new(NullIfEmpty(headers["X-Vaultrice-Auth-Token"]), NullIfEmpty(headers["X-Vaultrice-Auth-Signature"]));

    /// <summary>The proof in a frame: <c>{token}</c>, <c>{signature}</c>, or the one that the class asks for as bare text.</summary>
    /// <param name="auth">The frame's <c>auth</c>, raw JSON; null when it has none.</param>
    public static IdentityProof Of(string? auth)
    {
        if (auth is null)
            return default;
        using var json = JsonDocument.Parse(auth, new JsonDocumentOptions { MaxDepth = 1_000 });
        return json.RootElement.ValueKind switch
        {
            JsonValueKind.String => new(TextOf(json.RootElement), TextOf(json.RootElement)),
            JsonValueKind.Object => new(TextOf(json.RootElement, TokenNames), TextOf(json.RootElement, SignatureNames)),
            _ => default,
        };
    }

    private static string? TextOf(JsonElement auth, string[] names)
    {
        foreach (var name in names)
        {
            if (auth.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                return TextOf(value);
        }
        return null;
    }

    private static string? TextOf(JsonElement text) => NullIfEmpty(UserId.TextOf(text));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
