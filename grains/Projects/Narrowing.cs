using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>Tells changes that only take rights from an api key: those must be possible in a project that is full, too.</summary>
internal static class Narrowing
{
    /// <summary>
    /// How much larger than its limit a project may become by them: to restrict a key takes some text. Not without bound, because
    /// whoever takes the restrictions back, and makes them again, narrows each time.
    /// </summary>
    public const int Reserve = 64 * 1024;

    /// <summary>Whether a key after a change can be used for nothing that it could not be used for before.</summary>
    public static bool Narrows(ApiKey before, ApiKey after) =>
        after.Name == before.Name
        && (before.Enabled || !after.Enabled)
        && (after.ExpiresAt ?? long.MaxValue) <= (before.ExpiresAt ?? long.MaxValue)
        && (after.Permissions & ~before.Permissions) == Permissions.None
        && Narrows(before.Origins, after.Origins)
        && (before.Scopes is not { } scopes || (after.Scopes is { } narrower
            && Narrows(scopes.Classes, narrower.Classes)
            && (scopes.IdPrefix is null || narrower.IdPrefix?.StartsWith(scopes.IdPrefix, StringComparison.Ordinal) == true)));

    /// <summary>By their texts; none stands for all.</summary>
    private static bool Narrows(ImmutableArray<string> before, ImmutableArray<string> after) =>
        before.IsDefaultOrEmpty || (!after.IsDefaultOrEmpty && after.All(before.Contains));
}
