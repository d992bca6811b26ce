using System.Text.Json;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>The user id in a payload: the text that its HMAC is made of.</summary>
internal static class UserId
{
    private static readonly string[] UsualFields = ["userId", "sub", "id"];

    /// <summary>The user id of a payload, or null if it has none that can be read: encrypted payloads have not.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="field">Where it is; null for the first there is of <c>userId</c>, <c>sub</c> and <c>id</c>.</param>
    public static string? Of(JsonElement payload, string? field)
    {
        if (payload.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var name in field is null ? UsualFields : [field])
        {
            if (payload.TryGetProperty(name, out var value))
                return Of(value);
        }
        return null;
    }

    /// <summary>A string's text, or a number as JSON has it; null for anything else and for no text.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when TextOf(value) is { Length: > 0 } text => text,
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>A string's text, or null when escapes in it make no Unicode.</summary>
    public static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
