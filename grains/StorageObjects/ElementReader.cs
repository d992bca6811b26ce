using System.Text.Json;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Walks over the elements of a raw array and tells where each begins and ends.</summary>
internal ref struct ElementReader
{
    private Utf8JsonReader reader;

    public ElementReader(ReadOnlySpan<byte> array)
    {
        reader = RawJson.Read(array);
        reader.Read();
    }

    /// <summary>The bytes of the element last moved to; after the last one, of the closing bracket.</summary>
    public Range Current { get; private set; }

    public bool Next()
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var ended = reader.TokenType == JsonTokenType.EndArray;
        if (!ended)
            reader.Skip();
        Current = start..(int)reader.BytesConsumed;
        return !ended;
    }

    public static int Count(ReadOnlySpan<byte> array)
    {
        var elements = new ElementReader(array);
        var count = 0;
        while (elements.Next())
            count++;
        return count;
    }
}
