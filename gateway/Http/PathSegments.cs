using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Vaultrice.Gateway.Http;

/// <summary>The path of a set-in: <c>"a.b.0"</c>, empty parts dropped, or <c>["a", "b", 0]</c>.</summary>
internal static class PathSegments
{
    private const int MaxBytes = 1024;

    // Whole numbers are exact up to here.
    private const double MaxIndex = 1L << 53;

    /// <summary>Takes the path that begins here.</summary>
    /// <param name="maxSegments">How many parts it may have.</param>
    public static bool TakePath(this ref BodyReader body, int maxSegments, out ImmutableArray<string> path)
    {
        path = body.Token switch
        {
            JsonTokenType.String => FromText(ref body, maxSegments),
            JsonTokenType.StartArray => FromArray(ref body, maxSegments),
            _ => [],
        };
        return !path.IsEmpty || body.Fail(BodyErrors.InvalidPath);
    }

    private static ImmutableArray<string> FromText(ref BodyReader body, int maxSegments)
    {
        if (!body.TryGetText(out var text))
            return [];
        var segments = text.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length <= maxSegments && segments.All(Fits) ? [.. segments] : [];
    }

    private static ImmutableArray<string> FromArray(ref BodyReader body, int maxSegments)
    {
        var segments = ImmutableArray.CreateBuilder<string>();
        while (body.Read() && body.Token != JsonTokenType.EndArray)
        {
            if (segments.Count == maxSegments || !TryGetSegment(ref body, out var segment) || !Fits(segment))
                return [];
            segments.Add(segment);
        }
        return segments.DrainToImmutable();
    }

    private static bool TryGetSegment(ref BodyReader body, out string segment)
    {
        if (body.Token == JsonTokenType.String)
            return body.TryGetText(out segment);
        segment = "";
        var index = body.Token == JsonTokenType.Number ? body.GetNumber() : -1;
        if (index is not (>= 0 and <= MaxIndex) || index != Math.Truncate(index))
            return false;
        segment = ((long)index).ToString(CultureInfo.InvariantCulture);
        return true;
    }

    private static bool Fits(string segment) => segment.Length <= MaxBytes && Encoding.UTF8.GetByteCount(segment) <= MaxBytes;
}
