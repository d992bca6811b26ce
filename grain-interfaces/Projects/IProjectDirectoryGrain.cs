using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>All projects of the installation; the one grain has the key 0.</summary>
[Alias("vaultrice.IProjectDirectoryGrain")]
public interface IProjectDirectoryGrain : IGrainWithIntegerKey
{
    [Alias("IsEmpty")]
    Task<bool> IsEmpty();

    /// <summary>Returns when the store behind the grains can be read and written.</summary>
    /// <exception cref="StorageObjects.ObjectStoreException">It cannot.</exception>
    [Alias("ProbeStore")]
    Task ProbeStore();

    /// <summary>Lists a project; does nothing if it is listed.</summary>
    [Alias("Add")]
    Task Add(string projectId);

    /// <summary>Projects that were deleted, and whose objects may not be yet.</summary>
    [Alias("GetDeleted")]
    Task<ImmutableArray<string>> GetDeleted();

    [Alias("AddDeleted")]
    Task AddDeleted(string projectId);

    /// <summary>Nothing is left of a deleted project.</summary>
    [Alias("RemoveDeleted")]
    Task RemoveDeleted(string projectId);
}
