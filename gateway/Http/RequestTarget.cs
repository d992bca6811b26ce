using System.Text;

namespace Vaultrice.Gateway.Http;

/// <summary>
/// What a request line addresses below <c>/project/{projectId}</c>. Read from the raw target, because names arrive unencoded
/// and may hold slashes: first segment the class, second the id, the rest the item name.
/// </summary>
/// <param name="ProjectId">The project, as sent.</param>
/// <param name="Call">The first segment after the project, such as <c>cache</c>.</param>
/// <param name="Class">The class, decoded; null if the path ends before it.</param>
/// <param name="Id">The object's id, decoded; null if the path ends before it.</param>
/// <param name="Rest">The segments after the id, raw and joined with slashes; null if there are none.</param>
/// <param name="Query">The raw query string without its question mark.</param>
internal readonly record struct RequestTarget(string ProjectId, string Call, string? Class, string? Id, string? Rest, string Query)
{
    private const string Prefix = "/project/";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a raw request target; false when it addresses nothing of a project.</summary>
    public static bool TryParse(string raw, out RequestTarget target)
    {
        target = default;
        var path = raw.AsSpan();
        if (!raw.StartsWith('/'))
        {
            // Absolute form: a proxy's way to say the same thing.
            var authority = raw.IndexOf("://", StringComparison.Ordinal);
            var slash = authority < 0 ? -1 : raw.IndexOf('/', authority + 3);
            if (slash < 0)
                return false;
            path = path[slash..];
        }
        if (!path.StartsWith(Prefix))
            return false;
        var query = "";
        var mark = path.IndexOf('?');
        if (mark >= 0)
        {
            query = path[(mark + 1)..].ToString();
            path = path[..mark];
        }
        path = path[(Prefix.Length - 1)..];
        var project = Next(ref path);
        var call = Next(ref path);
        if (string.IsNullOrEmpty(project) || call is null)
            return false;
        var @class = Next(ref path);
        var id = @class is null ? null : Next(ref path);
        var rest = id is null || path.IsEmpty ? null : path[1..].ToString();
        target = new(project, call, Decode(@class), Decode(id), rest, query);
        return true;
    }

    /// <summary>The value of a query parameter, percent-decoded; with <paramref name="plusIsSpace"/> in the way of forms. Null if absent.</summary>
    public string? QueryValue(string name, bool plusIsSpace)
    {
        foreach (var part in Query.AsSpan().Split('&'))
        {
            var pair = Query.AsSpan(part);
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            if (key.SequenceEqual(name))
            {
                var value = equals < 0 ? "" : pair[(equals + 1)..].ToString();
                return Decode(plusIsSpace ? value.Replace('+', ' ') : value);
            }
        }
        return null;
    }

    /// <summary>
    /// Decodes percent escapes once. A percent sign that starts none stands for itself, because clients send names as they are;
    /// what makes no valid Unicode becomes a lone NUL, which no name may hold.
    /// </summary>
    public static string? Decode(string? text)
    {
        if (text is null || !text.Contains('%'))
            return text;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        try
        {
            for (var rest = text.AsSpan(); !rest.IsEmpty;)
            {
                if (rest is ['%', var high, var low, ..] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low))
                {
                    bytes[length++] = Convert.FromHexString(rest[1..3])[0];
                    rest = rest[3..];
                    continue;
                }
                // Up to the next percent sign at once: a character may be two of UTF-16.
                var next = rest[1..].IndexOf('%') + 1;
                var plain = next == 0 ? rest : rest[..next];
                length += StrictUtf8.GetBytes(plain, bytes.AsSpan(length));
                rest = rest[plain.Length..];
            }
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (Exception e) when (e is EncoderFallbackException or DecoderFallbackException)
        {
            return "\0";
        }
    }

    private static string? Next(ref ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return null;
        if (path[0] == '/')
            path = path[1..];
        var slash = path.IndexOf('/');
        var segment = (slash < 0 ? path : path[..slash]).ToString();
        path = slash < 0 ? [] : path[slash..];
        return segment;
    }
}
