using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>All accounts but the root account; the one grain has the key 0.</summary>
[Alias("vaultrice.IAccountDirectoryGrain")]
public interface IAccountDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Their ids, oldest first; one that does not exist was never finished.</summary>
    [Alias("Get")]
    Task<ImmutableArray<string>> Get();

    /// <summary>Lists an account; nothing happens if it is listed.</summary>
    [Alias("Add")]
    Task<StorageError?> Add(string accountId);

    [Alias("Remove")]
    Task Remove(string accountId);
}
