using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// Set-in. A parent that is missing or null becomes an object; any other scalar on the way is a refusal, because
/// replacing it would destroy data. In an array a segment is an index, and the array's length appends.
/// </summary>
internal static class PathAssignment
{
    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();

    public static StorageResult<ReadOnlyMemory<byte>> Apply(SetIn setIn, ReadOnlyMemory<byte>? present, int maxDepth)
    {
        var json = (present ?? Empty).Span;
        var value = setIn.Value.Span;
        if (!RawJson.IsObject(json) && !RawJson.IsArray(json))
            return AtomicRefusals.NotAnObject;
        if (setIn.Path.Length + RawJson.Depth(value) > maxDepth)
            return AtomicRefusals.TooDeep;

        var (start, end) = (0, json.Length);
        for (var i = 0; i < setIn.Path.Length; i++)
        {
            var container = json[start..end];
            var rest = setIn.Path.AsSpan()[(i + 1)..];
            if (Find(container, setIn.Path[i], out var found) is { } error)
                return error;
            if (found is not { } child)
            {
                var name = RawJson.IsObject(container) ? setIn.Path[i] : null;
                return RawJson.Concat(json[..start], RawJson.Append(container, Entry(name, rest, value)).Span, json[end..]);
            }
            (start, end) = (start + child.Start.Value, start + child.End.Value);
            var current = json[start..end];
            if (rest.IsEmpty || RawJson.IsNull(current))
                return RawJson.Concat(json[..start], Entry(null, rest, value), json[end..]);
            if (!RawJson.IsObject(current) && !RawJson.IsArray(current))
                return AtomicRefusals.NoPath;
        }
        throw new ArgumentException("The path is empty.", nameof(setIn));
    }

    /// <summary>Where the segment's value stands in the container; null when it is to be added.</summary>
    private static StorageError? Find(ReadOnlySpan<byte> container, string segment, out Range? found)
    {
        if (RawJson.IsObject(container))
        {
            found = FindMember(container, segment);
            return null;
        }
        found = null;
        return IsIndex(segment) ? FindElement(container, segment, out found) : AtomicRefusals.NotAnIndex;
    }

    private static Range? FindMember(ReadOnlySpan<byte> json, string name)
    {
        var reader = RawJson.Read(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt)
                return start..(int)reader.BytesConsumed;
        }
        return null;
    }

    private static StorageError? FindElement(ReadOnlySpan<byte> array, string segment, out Range? found)
    {
        found = null;
        // An index that is no int lies past the end of any array that can be stored.
        if (!int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return AtomicRefusals.IndexPastEnd;
        var elements = new ElementReader(array);
        var count = 0;
        for (; elements.Next(); count++)
        {
            if (count != index)
                continue;
            found = elements.Current;
            return null;
        }
        return index == count ? null : AtomicRefusals.IndexPastEnd;
    }

    /// <summary>Whether JavaScript would take the segment for an array index: decimal digits without a leading zero.</summary>
    private static bool IsIndex(string segment) =>
        segment is "0" || (segment.Length > 0 && segment[0] != '0' && !segment.AsSpan().ContainsAnyExceptInRange('0', '9'));

    /// <summary>The value inside objects for the rest of the path, as a member when there is a name for it.</summary>
    private static ReadOnlySpan<byte> Entry(string? name, ReadOnlySpan<string> rest, ReadOnlySpan<byte> value)
    {
        var output = new ArrayBufferWriter<byte>(value.Length + 64);
        if (name is not null)
            WriteName(output, name);
        foreach (var segment in rest)
        {
            output.Write("{"u8);
            WriteName(output, segment);
        }
        output.Write(value);
        for (var i = 0; i < rest.Length; i++)
            output.Write("}"u8);
        return output.WrittenSpan;
    }

    private static void WriteName(ArrayBufferWriter<byte> output, string name)
    {
        output.Write("\""u8);
        foreach (var c in Encoding.UTF8.GetBytes(name))
        {
            // .NET's own encoders would also escape what JSON leaves alone, such as emoji.
            if (c is (byte)'"' or (byte)'\\')
                output.Write([(byte)'\\', c]);
            else if (c < ' ')
                output.Write([.. "\\u00"u8, (byte)('0' + (c >> 4)), (byte)"0123456789abcdef"[c & 15]]);
            else
                output.Write([c]);
        }
        output.Write("\":"u8);
    }
}
