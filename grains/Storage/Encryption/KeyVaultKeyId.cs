namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>The address of a key in Azure Key Vault: <c>https://{vault}/keys/{name}</c>, or with <c>/{version}</c>.</summary>
/// <param name="Vault">The vault, without a slash at the end.</param>
/// <param name="Name">The key's name.</param>
/// <param name="Version">The version; null for the newest.</param>
internal sealed record KeyVaultKeyId(string Vault, string Name, string? Version)
{
    /// <summary>Reads an address; null when it is none.</summary>
    public static KeyVaultKeyId? Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttps || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            return null;
        }
        var vault = uri.GetLeftPart(UriPartial.Authority);
        return uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["keys", var name] when IsWord(name) => new(vault, name, null),
            ["keys", var name, var version] when IsWord(name) && IsWord(version) => new(vault, name, version),
            _ => null,
        };
    }

    /// <summary>Whether another address is of the same key, in whatever version.</summary>
    public bool IsSameKey(KeyVaultKeyId? other) =>
        other is not null
        && Vault.Equals(other.Vault, StringComparison.OrdinalIgnoreCase)
        && Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Version is null ? $"{Vault}/keys/{Name}" : $"{Vault}/keys/{Name}/{Version}";

    private static bool IsWord(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
