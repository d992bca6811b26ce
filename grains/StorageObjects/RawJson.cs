using System.Text.Json;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>What the operations need to know about raw, valid JSON.</summary>
internal static class RawJson
{
    // Far above the largest JsonDepth that can be configured, so that values stored under a higher limit stay readable.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 4096 };

    public static Utf8JsonReader Read(ReadOnlySpan<byte> json) => new(json, Options);

    public static bool IsObject(ReadOnlySpan<byte> json) => First(json) == '{';

    public static bool IsArray(ReadOnlySpan<byte> json) => First(json) == '[';

    public static bool IsNull(ReadOnlySpan<byte> json) => First(json) == 'n';

    /// <summary>How deep arrays and objects are nested; 0 for a scalar.</summary>
    public static int Depth(ReadOnlySpan<byte> json)
    {
        if (!IsObject(json) && !IsArray(json))
            return 0;
        var reader = Read(json);
        var depth = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                depth = Math.Max(depth, reader.CurrentDepth + 1);
        }
        return depth;
    }

    /// <summary>Adds an element to an array, or a member to an object, behind the last one.</summary>
    /// <param name="container">The array or object.</param>
    /// <param name="entry">The element, or the member's name, colon and value.</param>
    public static ReadOnlyMemory<byte> Append(ReadOnlySpan<byte> container, ReadOnlySpan<byte> entry)
    {
        var end = container.LastIndexOfAnyExcept(" \t\r\n"u8);
        var last = container[..end].LastIndexOfAnyExcept(" \t\r\n"u8);
        // What stands before the closing bracket is the opening one only when there is nothing inside:
        // an entry that ends in a bracket ends in a closing one.
        var separator = container[last] is (byte)'[' or (byte)'{' ? default : ","u8;
        return Concat(container[..end], separator, entry, container[end..]);
    }

    public static ReadOnlyMemory<byte> Concat(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, ReadOnlySpan<byte> fourth = default)
    {
        var result = new byte[first.Length + second.Length + third.Length + fourth.Length];
        var rest = result.AsSpan();
        first.CopyTo(rest);
        rest = rest[first.Length..];
        second.CopyTo(rest);
        rest = rest[second.Length..];
        third.CopyTo(rest);
        fourth.CopyTo(rest[third.Length..]);
        return result;
    }

    private static byte First(ReadOnlySpan<byte> json)
    {
        var start = json.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? (byte)0 : json[start];
    }
}
