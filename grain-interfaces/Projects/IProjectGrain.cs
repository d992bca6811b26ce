using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>
/// A tenant's project: its api keys and its classes. Keyed by the project id. A change is durable, published to
/// <see cref="IProjectChangesGrain"/> and in the project's audit log before it is answered.
/// </summary>
[Alias("vaultrice.IProjectGrain")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>The project, or null if there is none of this id.</summary>
    [Alias("GetSnapshot")]
    Task<ProjectSnapshot?> GetSnapshot();

    /// <summary>Creates the project and lists it with its account; a project that exists, or did, stays as it is.</summary>
    /// <returns>Null, or <see cref="StorageErrorCode.AlreadyExists"/>, or that the account cannot have more.</returns>
    [Alias("Create")]
    Task<StorageError?> Create(string accountId, string name, AuditEntry entry);

    /// <summary>Changes the project, and has it written down.</summary>
    /// <returns>The project as it is now, or why it cannot be changed so.</returns>
    [Alias("Change")]
    Task<StorageResult<ProjectSnapshot>> Change(ProjectChange change, AuditEntry entry);

    /// <summary>
    /// Deletes the project: its keys end at once, its objects in the background. Its id is never used again, its audit log stays.
    /// </summary>
    [Alias("Delete")]
    Task<StorageError?> Delete(AuditEntry entry);

    /// <summary>Whether it was deleted and there may be objects left; asking sees to it that they are being deleted.</summary>
    [Alias("IsBeingEmptied")]
    Task<bool> IsBeingEmptied();

    /// <summary>The account that owns the project, or owned it before it was deleted; null if there never was one.</summary>
    [Alias("GetOwner")]
    Task<string?> GetOwner();

    /// <summary>Writes down what was done on behalf of the project without changing it.</summary>
    [Alias("Note")]
    Task Note(AuditEntry entry);

    /// <summary>Returns once the audit log has everything that was stored; to be called before it is read.</summary>
    [Alias("WriteDown")]
    Task WriteDown();

    /// <summary>Gateways report what was used since their last report; what the project has no longer is not recorded.</summary>
    [Alias("RecordUse")]
    Task RecordUse(ImmutableArray<UseRecord> uses);

    /// <summary>What of the project was ever used, by its key.</summary>
    [Alias("GetUse")]
    Task<ImmutableDictionary<string, UseRecord>> GetUse();
}

/// <summary>How often something of a project was used, and when last.</summary>
/// <param name="Key">See <see cref="OfSecret"/> and <see cref="OfIdSignature"/>.</param>
/// <param name="Count">How often.</param>
/// <param name="LastAt">In ms since the Unix epoch.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.UseRecord")]
public sealed record UseRecord(
    [property: Id(0)] string Key,
    [property: Id(1)] long Count,
    [property: Id(2)] long LastAt)
{
    public static string OfSecret(string apiKey, string secretId) => $"secret/{apiKey}/{secretId}";

    public static string OfIdSignature(string @class, int version) => $"id-signature/{@class}/{version}";
}
