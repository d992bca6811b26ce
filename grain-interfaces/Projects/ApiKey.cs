using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Projects;

/// <summary>An api key: who may use it, from where, and for what.</summary>
/// <param name="Id">What clients send as user name of <c>Basic</c> credentials.</param>
/// <param name="Name">What its owner calls it, or null.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Enabled">Whether it may be used.</param>
/// <param name="ExpiresAt">In ms since the Unix epoch; null for never.</param>
/// <param name="Secrets">Any of them is good; more than one while they are rotated.</param>
/// <param name="Origins">From where it may be used: <c>https://app.example.com</c>, <c>https://*.example.com</c>; empty for anywhere.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Scopes">Which objects it may touch; null for all.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiKey")]
public sealed record ApiKey(
    [property: Id(0)] string Id,
    [property: Id(1)] string? Name,
    [property: Id(2)] long CreatedAt,
    [property: Id(3)] bool Enabled,
    [property: Id(4)] long? ExpiresAt,
    [property: Id(5)] ImmutableArray<ApiSecret> Secrets,
    [property: Id(6)] ImmutableArray<string> Origins,
    [property: Id(7)] Permissions Permissions,
    [property: Id(8)] KeyScopes? Scopes)
{
    /// <summary>A key for everything, from anywhere, with one secret.</summary>
    public static ApiKey Unrestricted(string id, string secret, long now) =>
        new(id, null, now, Enabled: true, null, [ApiSecret.Of(secret, now)], [], Permissions.All, null);

    public static string NewId() => "key-" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    public bool IsUsable(long now) => Enabled && (ExpiresAt is not { } end || now < end);

    /// <summary>The id of the secret this is, or null. Compares with every secret in constant time.</summary>
    public string? FindSecret(string secret)
    {
        var hash = ApiSecret.HashOf(secret);
        string? found = null;
        foreach (var known in Secrets)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known.Hash.Span))
                found = known.Id;
        }
        return found;
    }
}

/// <summary>A secret of an api key, of which only a hash is kept.</summary>
/// <param name="Id">Names it without telling it.</param>
/// <param name="Hash">SHA-256 of the secret's UTF-8 bytes; secrets are random, so a fast hash keeps them.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiSecret")]
public sealed record ApiSecret(
    [property: Id(0)] string Id,
    [property: Id(1)] ReadOnlyMemory<byte> Hash,
    [property: Id(2)] long CreatedAt)
{
    public static ApiSecret Of(string secret, long now) =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), HashOf(secret), now);

    /// <summary>A new secret: 256 random bits.</summary>
    public static string NewText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

/// <summary>Which objects of a project.</summary>
/// <param name="Classes">The classes; empty for all.</param>
/// <param name="IdPrefix">What their ids start with (ordinal); null for anything.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.KeyScopes")]
public sealed record KeyScopes(
    [property: Id(0)] ImmutableArray<string> Classes,
    [property: Id(1)] string? IdPrefix)
{
    public bool Include(string @class, string id) =>
        (Classes.IsDefaultOrEmpty || Classes.Contains(@class)) && (IdPrefix is null || id.StartsWith(IdPrefix, StringComparison.Ordinal));
}
