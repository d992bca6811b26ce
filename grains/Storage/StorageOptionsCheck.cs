using Microsoft.Extensions.Options;

namespace Vaultrice.Grains.Storage;

/// <summary>Refuses settings of the section <c>Storage</c> that cannot work, with what to write instead.</summary>
internal sealed class StorageOptionsCheck : IValidateOptions<StorageOptions>
{
    private const string Allowed = $"set it to {StorageEngines.Sqlite} (the default) or, for tests only, {StorageEngines.Memory}.";

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        List<string> failures = [];
        var engine = options.Engine;
        var embedded = StorageEngines.Is(engine, StorageEngines.Sqlite);
        if (StorageEngines.Announced.Any(announced => StorageEngines.Is(engine, announced)))
            failures.Add($"Storage:Engine '{engine}' is not available yet in this version; {Allowed}");
        else if (!embedded && !StorageEngines.Is(engine, StorageEngines.Memory))
            failures.Add($"Storage:Engine '{engine}' is unknown; {Allowed}");
        if (embedded && string.IsNullOrWhiteSpace(options.Path))
            failures.Add("Storage:Path is empty; set it to the folder where the data is to be kept, for example ./data.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
