using System.Diagnostics.CodeAnalysis;

namespace Vaultrice.Projects;

/// <summary>
/// Which origins an api key may be used from: <c>https://app.example.com</c>, <c>http://localhost:3000</c>, or with
/// <c>https://*.example.com</c> every subdomain at any depth, but not <c>example.com</c> itself.
/// </summary>
/// <remarks>Scheme and port must be equal, a port that is left out being the scheme's own; hosts are compared without regard to case.</remarks>
public sealed class OriginRule
{
    /// <summary>The longest origin, in characters: a host name has at most 253.</summary>
    public const int MaxLength = 300;

    private const string Separator = "://";

    private readonly string _scheme;
    private readonly string _host;
    private readonly int _port;
    private readonly bool _isWildcard;

    private OriginRule(string scheme, string host, int port, bool isWildcard)
    {
        (_scheme, _host, _port, _isWildcard) = (scheme, host, port, isWildcard);
    }

    /// <summary>Reads a rule; false when it is not <c>scheme://host[:port]</c> alone, with <c>*</c> as first label at most.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out OriginRule? rule)
    {
        rule = null;
        var separator = text.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length;
        var isWildcard = separator >= Separator.Length && text.AsSpan(separator).StartsWith("*.");
        if (!TrySplit(isWildcard ? text.Remove(separator, 2) : text, out var scheme, out var host, out var port))
            return false;
        // A star right under the top would let everybody in.
        if (isWildcard && (!host.Contains('.') || IsAddress(host)))
            return false;
        rule = new(scheme.ToString().ToLowerInvariant(), host.ToString().ToLowerInvariant(), port, isWildcard);
        return true;
    }

    /// <summary>Whether the value of an <c>Origin</c> header is one of them; <c>null</c> and whatever is no origin never is.</summary>
    public bool Matches(string origin)
    {
        if (!TrySplit(origin, out var scheme, out var host, out var port)
            || port != _port
            || !scheme.Equals(_scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        return _isWildcard
            ? host.Length > _host.Length + 1 && host[^(_host.Length + 1)] == '.' && host.EndsWith(_host, StringComparison.OrdinalIgnoreCase)
            : host.Equals(_host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The rule as browsers write origins: lower case, without the scheme's own port.</summary>
    public override string ToString() =>
        $"{_scheme}://{(_isWildcard ? "*." : "")}{_host}{(_port == DefaultPort(_scheme) ? "" : $":{_port}")}";

    private static bool TrySplit(string text, out ReadOnlySpan<char> scheme, out ReadOnlySpan<char> host, out int port)
    {
        scheme = host = default;
        port = 0;
        var separator = text.IndexOf(Separator, StringComparison.Ordinal);
        if (text.Length > MaxLength || separator <= 0)
            return false;
        scheme = text.AsSpan(0, separator);
        var rest = text.AsSpan(separator + Separator.Length);
        if (!char.IsAsciiLetter(scheme[0]) || scheme.ContainsAnyExcept(SchemeCharacters))
            return false;
        var hostEnd = rest.StartsWith("[") ? rest.IndexOf(']') + 1 : rest.IndexOf(':');
        if (hostEnd < 0 || (hostEnd == 0 && rest.StartsWith("[")))
            hostEnd = rest.Length;
        host = rest[..hostEnd];
        return IsHost(host) && TryPort(rest[hostEnd..], DefaultPort(scheme), out port);
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (IsAddress(host))
            return host.EndsWith("]") && System.Net.IPAddress.TryParse(host[1..^1], out _) && !host.Contains('%');
        if (host.IsEmpty || host.ContainsAnyExcept(HostCharacters))
            return false;
        foreach (var label in host.Split('.'))
        {
            if (host[label].IsEmpty)
                return false;
        }
        return true;
    }

    private static bool IsAddress(ReadOnlySpan<char> host) => host.StartsWith("[");

    private static bool TryPort(ReadOnlySpan<char> text, int otherwise, out int port)
    {
        port = otherwise;
        if (text.IsEmpty)
            return true;
        return text.Length is >= 2 and <= 6
            && text[0] == ':'
            && !text[1..].ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text[1..], out port)
            && port is > 0 and < 65_536;
    }

    private static int DefaultPort(ReadOnlySpan<char> scheme) =>
        scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? 443 : scheme.Equals("http", StringComparison.OrdinalIgnoreCase) ? 80 : 0;

    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
