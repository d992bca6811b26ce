using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Projects;

/// <summary>What an admin token allows; each role allows what the ones before it do.</summary>
public enum AdminRole
{
    /// <summary>Sees everything but secrets and values.</summary>
    Viewer,

    /// <summary>Changes projects, and mints access tokens.</summary>
    Admin,

    /// <summary>Makes and revokes admin tokens; of the root account also accounts.</summary>
    Owner,
}

/// <summary>A token of the administration, of which only a hash is kept.</summary>
/// <param name="Id">Names it without telling it.</param>
/// <param name="Name">What its maker calls it, or null.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Hash">SHA-256 of the token's UTF-8 bytes; tokens are random, so a fast hash keeps them.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="ExpiresAt">In ms since the Unix epoch; null for never.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AdminToken")]
public sealed record AdminToken(
    [property: Id(0)] string Id,
    [property: Id(1)] string? Name,
    [property: Id(2)] AdminRole Role,
    [property: Id(3)] ReadOnlyMemory<byte> Hash,
    [property: Id(4)] long CreatedAt,
    [property: Id(5)] long? ExpiresAt)
{
    /// <summary>The id of the token that the configuration sets.</summary>
    public const string BootstrapId = "bootstrap";

    /// <summary>How tokens made here begin; the configured one does not.</summary>
    public const string Prefix = "vra_";

    /// <summary>Makes a token; its text is told here only. The text says whose it is, so that one grain can judge it.</summary>
    public static (AdminToken Token, string Text) Make(string accountId, string? name, AdminRole role, long now, long? expiresAt)
    {
        var id = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var text = $"{Prefix}{accountId}_{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        return (new(id, name, role, HashOf(text), now, expiresAt), text);
    }

    /// <summary>The account and the id a token says it has; the configured one is the root account's.</summary>
    public static (string AccountId, string TokenId) Address(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return (Account.Root, BootstrapId);
        var parts = text.Split('_');
        return parts.Length == 4 && Account.IsId(parts[1]) ? (parts[1], parts[2]) : (Account.Root, "");
    }

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
