using System.Text.Json;

namespace Vaultrice.Benchmarks.Floor;

/// <summary>Finds the raw value in the body of a write.</summary>
internal static class FloorBody
{
    /// <summary>Reads <c>{"value": …}</c>; what else the body holds is checked to be JSON and ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> value)
    {
        value = default;
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        if (!TryReadObject(ref reader, out var range)) return false;
        value = body[range];
        return true;
    }

    /// <summary>The same, with the reader standing on the object's opening brace; leaves it on the closing one.</summary>
    public static bool TryReadObject(ref Utf8JsonReader reader, out Range value)
    {
        value = default;
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isValue) continue;
            value = start..(int)reader.BytesConsumed;
            found = true;
        }

        return found;
    }
}
