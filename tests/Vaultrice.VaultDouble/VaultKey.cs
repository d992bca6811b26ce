using System.Security.Cryptography;

namespace Vaultrice.VaultDouble;

/// <summary>A key of the vault with its versions, oldest first.</summary>
internal sealed class VaultKey
{
    private readonly List<VaultKeyVersion> _versions = [];

    public IReadOnlyList<VaultKeyVersion> Versions
    {
        get
        {
            lock (_versions)
                return [.. _versions];
        }
    }

    public VaultKeyVersion Newest => Versions[^1];

    /// <summary>A version by its name; null or empty for the newest.</summary>
    public VaultKeyVersion? Find(string? version) =>
        string.IsNullOrEmpty(version) ? Newest : Versions.FirstOrDefault(known => known.Name == version);

    public VaultKeyVersion Add(int size, long now)
    {
        var version = new VaultKeyVersion(RandomNumberGenerator.GetHexString(32, lowercase: true), RSA.Create(size), now);
        lock (_versions)
            _versions.Add(version);
        return version;
    }
}

/// <summary>One version of a key.</summary>
/// <param name="Name">32 hex digits, as the real vault's.</param>
/// <param name="Key">The key pair.</param>
/// <param name="CreatedAt">In seconds since the Unix epoch.</param>
internal sealed record VaultKeyVersion(string Name, RSA Key, long CreatedAt)
{
    /// <summary>Whether it may be used; its administrator can change that.</summary>
    public bool IsEnabled { get; set; } = true;
}
