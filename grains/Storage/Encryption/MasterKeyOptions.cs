using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>Where the key of all keys comes from; section <c>MasterKey</c> of the configuration.</summary>
public sealed class MasterKeyOptions
{
    public const string Section = "MasterKey";

    /// <summary>Who holds the key: <c>File</c> or <c>AzureKeyVault</c>. Default: <c>File</c>.</summary>
    public string Provider { get; set; } = FileMasterKeys.ProviderName;

    /// <summary>The key file. Default: <c>master.key</c> in the folder <c>Storage:Path</c>.</summary>
    public string? Path { get; set; }

    /// <summary>An RSA key in Azure Key Vault: <c>https://{vault}/keys/{name}</c>, of which the newest version wraps, or with <c>/{version}</c>. Default: none.</summary>
    public string? KeyVaultKeyId { get; set; }

    /// <summary>
    /// What access tokens for the vault are asked for. Only needed when the vault is reached under a name outside its own
    /// domain; without it the vault says so itself, and is believed as long as it names the domain it is in. Default: none.
    /// </summary>
    public string? KeyVaultResource { get; set; }

    /// <summary>How long an answer of the vault is waited for, repetitions included. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    internal bool UsesVault => Provider.Equals(KeyVaultMasterKeys.ProviderName, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Refuses providers that are not there, and vault keys that are none.</summary>
internal sealed class MasterKeyOptionsCheck : IValidateOptions<MasterKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, MasterKeyOptions options)
    {
        List<string> failures = [];
        if (!options.UsesVault && !options.Provider.Equals(FileMasterKeys.ProviderName, StringComparison.OrdinalIgnoreCase))
            failures.Add($"MasterKey:Provider '{options.Provider}' is unknown; set it to {FileMasterKeys.ProviderName} (the default) or to {KeyVaultMasterKeys.ProviderName}.");
        if (options.UsesVault && options.KeyVaultKeyId is null)
            failures.Add("MasterKey:KeyVaultKeyId is missing; set it to the key's address, for example https://my-vault.vault.azure.net/keys/vaultrice.");
        else if (options.KeyVaultKeyId is { } keyId && KeyVaultKeyId.Parse(keyId) is null)
            failures.Add($"MasterKey:KeyVaultKeyId '{keyId}' is no address of a key; set it to something like https://my-vault.vault.azure.net/keys/vaultrice.");
        if (options.KeyVaultResource is { } resource && !(Uri.TryCreate(resource, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps))
            failures.Add($"MasterKey:KeyVaultResource '{resource}' cannot be used; set it to something like https://vault.azure.net, or remove it.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
