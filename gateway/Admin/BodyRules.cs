using System.Collections.Immutable;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Rules that members of several bodies keep.</summary>
internal static class BodyRules
{
    /// <summary>The last moment JavaScript can name, in ms since the Unix epoch.</summary>
    public const long MaxTime = 8_640_000_000_000_000;

    private const int MaxName = 200;
    private const int MaxOrigins = 100;
    private const int MaxScopeClasses = 100;

    public static StorageError? Name(string path, string? name) =>
        name is null || (name.Trim().Length > 0 && name.Length <= MaxName && !name.Any(char.IsControl) && IsUnicode(name))
            ? null
            : AdminErrors.Member(path, $"must be 1 to {MaxName} characters without control characters.");

    public static StorageError? Positive(string path, double? number) =>
        number is null or (> 0 and <= 1e15) ? null : AdminErrors.Member(path, "must be more than 0 and at most 1e15; leave it out for no limit.");

    public static StorageError? Range(string path, long? number, long least, long most) =>
        number is null || (number >= least && number <= most) ? null : AdminErrors.Member(path, $"must be from {least} to {most}.");

    /// <summary>A time at which something ends must lie ahead.</summary>
    public static StorageError? Ahead(string path, long? at, long now) => Range(path, at, now + 1, MaxTime);

    /// <summary>Reads origins into the form that browsers write.</summary>
    public static StorageResult<ImmutableArray<string>> Origins(string path, string[]? origins)
    {
        if (origins?.Length > MaxOrigins)
            return AdminErrors.Member(path, $"can have at most {MaxOrigins} origins.");
        var rules = ImmutableArray.CreateBuilder<string>();
        foreach (var (i, origin) in (origins ?? []).Index())
        {
            if (!OriginRule.TryParse(origin ?? "", out var rule))
                return AdminErrors.Member($"{path}[{i}]", "must be an origin without path, such as https://app.example.com, http://localhost:3000 or https://*.example.com.");
            rules.Add(rule.ToString());
        }
        return rules.Distinct().ToImmutableArray();
    }

    /// <summary>Reads the words for permissions; none are given: all.</summary>
    public static StorageResult<Permissions> Permissions(string path, string[]? words)
    {
        if (words is null)
            return Projects.Permissions.All;
        var permissions = Projects.Permissions.None;
        foreach (var (i, word) in words.Index())
        {
            var permission = PermissionNames.Parse(word ?? "");
            if (permission == Projects.Permissions.None)
                return AdminErrors.Member($"{path}[{i}]", $"must be one of {string.Join(", ", PermissionNames.Of(Projects.Permissions.All))}.");
            permissions |= permission;
        }
        return permissions;
    }

    public static StorageResult<KeyScopes> Scopes(string path, ScopesJson scopes)
    {
        if (scopes.Classes?.Length > MaxScopeClasses)
            return AdminErrors.Member($"{path}.classes", $"can have at most {MaxScopeClasses} classes.");
        foreach (var (i, name) in (scopes.Classes ?? []).Index())
        {
            if (!StorageObjectId.IsValidClass(name ?? ""))
                return AdminErrors.Member($"{path}.classes[{i}]", "must be the name of a class: 1 to 256 bytes, no slash, no control character.");
        }
        if (scopes.IdPrefix is { } prefix && !StorageObjectId.IsValidId(prefix))
            return AdminErrors.Member($"{path}.idPrefix", "must be the beginning of an id: 1 to 256 bytes, no control character.");
        return new KeyScopes([.. scopes.Classes ?? []], scopes.IdPrefix);
    }

    /// <summary>Whether text can be written as UTF-8: no half of a surrogate pair.</summary>
    public static bool IsUnicode(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == System.Text.Rune.ReplacementChar && !text.Contains('\uFFFD'))
                return false;
        }
        return true;
    }
}
