using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>
/// A tenant's project: its api keys and its classes. Keyed by the project id. A change is durable, and published to
/// <see cref="IProjectChangesGrain"/>, before it is answered.
/// </summary>
[Alias("vaultrice.IProjectGrain")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>The project, or null if there is none of this id.</summary>
    [Alias("GetSnapshot")]
    Task<ProjectSnapshot?> GetSnapshot();

    /// <summary>Creates the project; a project that exists stays as it is.</summary>
    /// <returns>Whether it was created.</returns>
    [Alias("Create")]
    Task<bool> Create(string accountId, string name);

    /// <summary>Adds an api key; a key that is already there stays as it is.</summary>
    /// <returns>Whether it was added.</returns>
    [Alias("AddApiKey")]
    Task<bool> AddApiKey(ApiKey key);

    /// <summary>Replaces an api key, or the key is gone with null; the project must exist.</summary>
    [Alias("PutApiKey")]
    Task PutApiKey(string id, ApiKey? key);

    /// <summary>Replaces the settings of a class, or they are gone with null; the project must exist.</summary>
    [Alias("PutClass")]
    Task PutClass(string name, ClassSettings? settings);

    /// <summary>Gateways report what was used since their last report.</summary>
    [Alias("RecordUse")]
    Task RecordUse(ImmutableArray<UseRecord> uses);

    /// <summary>Everything that was ever used, by its key.</summary>
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
