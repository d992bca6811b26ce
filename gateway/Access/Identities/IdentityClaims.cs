using System.Text.Json;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>What an identity token says.</summary>
/// <param name="key">The class's settings and the token, hashed.</param>
/// <param name="json">Its payload. It is read again for each use, because an element would hold it several times over.</param>
/// <param name="claims">The same, read; is not kept.</param>
internal sealed class IdentityClaims(string key, byte[] json, JsonElement claims) : VerifiedEntry(key, json.Length)
{
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>In seconds since the Unix epoch; null when it never ends, or is no number.</summary>
    public double? ExpiresAt { get; } = Seconds(claims, "exp");

    /// <summary>In seconds since the Unix epoch; infinite when it is no number, null when there is none.</summary>
    public double? NotBefore { get; } = claims.TryGetProperty("nbf", out _) ? Seconds(claims, "nbf") ?? double.PositiveInfinity : null;

    /// <summary>Whether a payload contradicts the claims: in any member that both have, or in whose it says it is.</summary>
    /// <param name="json">The payload of a token that was good, or of one that a connection once showed.</param>
    /// <param name="payload">An object; anything else says nothing that could contradict.</param>
    /// <param name="userIdField">Where the payload has the user id, if the class says so: then it must be the token's.</param>
    public static bool AreContradicted(ReadOnlyMemory<byte> json, JsonElement payload, string? userIdField)
    {
        if (payload.ValueKind != JsonValueKind.Object)
            return false;
        using var read = JsonDocument.Parse(json);
        var claims = read.RootElement;
        foreach (var member in payload.EnumerateObject())
        {
            if (claims.TryGetProperty(member.Name, out var claim) && !AreEqual(claim, member.Value))
                return true;
        }
        return userIdField is not null
            && payload.TryGetProperty(userIdField, out var user)
            && !claims.TryGetProperty(userIdField, out _)
            && !(claims.TryGetProperty("sub", out var subject) && UserId.Of(subject) is { } id && id == UserId.Of(user));
    }

    private static bool AreEqual(JsonElement claim, JsonElement value)
    {
        try
        {
            return JsonElement.DeepEquals(claim, value);
        }
        catch (InvalidOperationException)
        {
            // Escapes that make no Unicode: what cannot be compared is not the same.
            return false;
        }
    }

    private static double? Seconds(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && double.IsFinite(seconds)
            ? seconds
            : null;
}
