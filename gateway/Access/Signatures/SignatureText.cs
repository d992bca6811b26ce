using System.Text;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>The text of a signature: hex, base64 or base64url, padded or not.</summary>
internal static class SignatureText
{
    /// <summary>The longest text that is looked at: more than the largest RSA signature takes in hex.</summary>
    public const int MaxLength = 2_048;

    /// <summary>
    /// The bytes that a text may stand for. A text of hex digits alone can be base64 as well: then there are two readings,
    /// and a signature is good if one of them is.
    /// </summary>
    public static IEnumerable<byte[]> Readings(string text)
    {
        if (text.Length is 0 or > MaxLength)
            yield break;
        if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
            yield return Convert.FromHexString(text);
        if (FromBase64(text) is { } bytes)
            yield return bytes;
    }

    /// <summary>Null unless the text is exactly how its bytes are written in one of the two alphabets.</summary>
    private static byte[]? FromBase64(string text)
    {
        var digits = text.AsSpan().TrimEnd('=');
        var padding = text.Length - digits.Length;
        if (digits.Length % 4 == 1 || (padding > 0 && (padding > 2 || text.Length % 4 != 0)))
            return null;
        if (digits.ContainsAny('-', '_') && digits.ContainsAny('+', '/'))
            return null;
        var padded = new StringBuilder(text.Length + 2).Append(digits).Replace('-', '+').Replace('_', '/');
        padded.Append('=', (4 - digits.Length % 4) % 4);
        var standard = padded.ToString();
        var bytes = new byte[standard.Length];
        // Read leniently by the framework, white space and stray bits included: what is written back must be the same.
        return Convert.TryFromBase64String(standard, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == standard
            ? bytes[..length]
            : null;
    }
}
