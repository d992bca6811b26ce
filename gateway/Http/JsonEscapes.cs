using System.Globalization;

namespace Vaultrice.Gateway.Http;

/// <summary>Escape sequences inside JSON strings.</summary>
internal static class JsonEscapes
{
    /// <summary>Whether no <c>\u</c> escape in a well-formed JSON string is half of a surrogate pair.</summary>
    public static bool AreComplete(ReadOnlySpan<byte> escaped)
    {
        for (var next = escaped.IndexOf((byte)'\\'); next >= 0; next = escaped.IndexOf((byte)'\\'))
        {
            escaped = escaped[next..];
            var unit = Unit(escaped);
            if (char.IsLowSurrogate(unit))
                return false;
            if (char.IsHighSurrogate(unit))
            {
                if (!char.IsLowSurrogate(Unit(escaped[6..])))
                    return false;
                escaped = escaped[6..];
            }
            // Past the backslash and what it escapes, which may be a backslash itself.
            escaped = escaped[2..];
        }
        return true;
    }

    /// <summary>The UTF-16 unit that a text beginning with <c>\uXXXX</c> stands for; NUL when it begins with anything else.</summary>
    private static char Unit(ReadOnlySpan<byte> text) =>
        text.StartsWith("\\u"u8) ? (char)ushort.Parse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : '\0';
}
