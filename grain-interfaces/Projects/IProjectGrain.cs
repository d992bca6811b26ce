namespace Vaultrice.Projects;

/// <summary>A tenant's project: its api keys and, in time, its classes. Keyed by the project id.</summary>
[Alias("vaultrice.IProjectGrain")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>What gateways need to judge a request, or null if there is no such project.</summary>
    [Alias("GetSnapshot")]
    Task<ProjectSnapshot?> GetSnapshot();

    /// <summary>Creates the project; does nothing if it exists.</summary>
    [Alias("Create")]
    Task Create(string name);

    /// <summary>Adds an api key; a key that is already there stays as it is.</summary>
    /// <returns>Whether it was added.</returns>
    [Alias("AddApiKey")]
    Task<bool> AddApiKey(ApiKey key);
}

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
}
