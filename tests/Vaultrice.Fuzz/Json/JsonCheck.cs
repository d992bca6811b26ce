using System.Text.Json;
using System.Text.Unicode;
using Vaultrice.StorageObjects;

namespace Vaultrice.Fuzz.Json;

/// <summary>What every value that was let through must keep to.</summary>
internal static class JsonCheck
{
    /// <summary>Limits so small that inputs meet them.</summary>
    public static readonly ObjectLimits Limits = new() { ItemBytes = 200, MessageBytes = 100, PresenceBytes = 50, JsonDepth = 4 };

    public static void Value(ReadOnlyMemory<byte> value, int maxBytes)
    {
        Demand.That(value.Length <= maxBytes, "too large a value passed");
        Demand.That(Utf8.IsValid(value.Span), "invalid UTF-8 passed");
        using var document = JsonDocument.Parse(
            value, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth, AllowDuplicateProperties = false });
        Names(document.RootElement);
    }

    private static void Names(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var child in element.EnumerateArray())
                Names(child);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                // Throws when the name is half a character.
                _ = member.Name;
                Names(member.Value);
            }
        }
    }
}
