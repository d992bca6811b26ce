namespace Vaultrice.Grains.Projects;

/// <summary>Why a change of the administration can be refused.</summary>
internal static class AdministrationRefusals
{
    /// <summary>One sentence for everything that is not there: nobody learns what else is.</summary>
    public static readonly StorageError Unknown = new(StorageErrorCode.UnknownResource, "There is no such resource.");

    public static StorageError Exists(string what) => new(StorageErrorCode.AlreadyExists, $"There is {what} of this id already.");

    public static StorageError Removed(string what) => new(StorageErrorCode.UnknownResource, $"{what} was deleted and is not made again.");

    public static StorageError TooMany(int limit, string what) =>
        new(StorageErrorCode.TooManyResources, $"There can be at most {limit} {what}: delete one first.");

    public static StorageError TooLarge(int limit) =>
        new(StorageErrorCode.ProjectTooLarge, $"All settings of a project may have at most {limit} bytes: delete api keys or classes first.");
}
