using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Projects;

/// <summary>The list of a project's objects; keyed by the project id. Asks the store, and keeps nothing.</summary>
[Alias("vaultrice.IProjectObjectsGrain")]
public interface IProjectObjectsGrain : IGrainWithStringKey
{
    /// <summary>Objects of which something is stored, in the order of class and id.</summary>
    /// <param name="class">Only of this class; null for all.</param>
    /// <param name="idPrefix">Only ids that begin with it; with a class only. Null for all.</param>
    /// <param name="after">Only after this one; null for the first.</param>
    /// <param name="count">How many at most.</param>
    [Alias("List")]
    Task<ImmutableArray<StorageObjectId>> List(string? @class, string? idPrefix, StorageObjectId? after, int count);
}
