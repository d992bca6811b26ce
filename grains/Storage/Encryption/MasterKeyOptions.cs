using Microsoft.Extensions.Options;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>Where the key of all keys comes from; section <c>MasterKey</c> of the configuration.</summary>
public sealed class MasterKeyOptions
{
    public const string Section = "MasterKey";

    /// <summary>Who holds the key: <c>File</c>. Default: <c>File</c>.</summary>
    public string Provider { get; set; } = "File";

    /// <summary>The key file. Default: <c>master.key</c> in the folder <c>Storage:Path</c>.</summary>
    public string? Path { get; set; }
}

/// <summary>Refuses providers that are not there.</summary>
internal sealed class MasterKeyOptionsCheck : IValidateOptions<MasterKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, MasterKeyOptions options) =>
        options.Provider.Equals("File", StringComparison.OrdinalIgnoreCase)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"MasterKey:Provider '{options.Provider}' is not available in this version; set it to File (the default).");
}
