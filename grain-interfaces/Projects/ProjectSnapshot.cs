using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Vaultrice.Projects;

/// <summary>A project as those see it who judge and carry out requests.</summary>
/// <param name="ProjectId">Its id.</param>
/// <param name="AccountId">The account that owns it.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="ApiKeys">By id.</param>
/// <param name="Classes">The classes that have settings, by name.</param>
/// <param name="Limits">What the operator lets it take; null for what the server is set to.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Revision">Grows with each change.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectSnapshot")]
public sealed record ProjectSnapshot(
    [property: Id(0)] string ProjectId,
    [property: Id(1)] string AccountId,
    [property: Id(2)] string Name,
    [property: Id(3)] ImmutableDictionary<string, ApiKey> ApiKeys,
    [property: Id(4)] ImmutableDictionary<string, ClassSettings> Classes,
    [property: Id(5)] Quota? Limits,
    [property: Id(6)] long CreatedAt = 0,
    [property: Id(7)] long Revision = 0)
{
    /// <summary>An id that nobody guesses.</summary>
    public static string NewId() => "project-" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>The api key of this id if it is usable now (ms since the Unix epoch), or null.</summary>
    public ApiKey? FindKey(string id, long now) => ApiKeys.TryGetValue(id, out var key) && key.IsUsable(now) ? key : null;

    /// <summary>The settings of a class, known or not.</summary>
    public ClassSettings ClassOf(string @class) => Classes.GetValueOrDefault(@class) ?? ClassSettings.Default;
}
