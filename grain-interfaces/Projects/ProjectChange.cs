namespace Vaultrice.Projects;

/// <summary>Something that the administration changes in a project, whole or not at all.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectChange")]
public abstract record ProjectChange
{
    /// <summary>Whether it can make a project's settings larger. What disables and deletes cannot, and is never refused for their size.</summary>
    public virtual bool Adds => false;
}

/// <summary>The project is called something else.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectRenamed")]
public sealed record ProjectRenamed([property: Id(0)] string Name) : ProjectChange;

/// <summary>The operator lets the project take this much of the server, and calls it this.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectLimited")]
public sealed record ProjectLimited([property: Id(0)] string Name, [property: Id(1)] Quota? Limits) : ProjectChange;

/// <summary>A new api key; refused when there is one of its id.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsConfigured">Whether the configuration names it, at every start: once it was removed it is not added again.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiKeyAdded")]
public sealed record ApiKeyAdded([property: Id(0)] ApiKey Key, [property: Id(1)] bool IsConfigured = false) : ProjectChange
{
    public override bool Adds => true;
}

/// <summary>Some members of an api key change.</summary>
/// <param name="Id">The key.</param>
/// <param name="Members">Which members.</param>
/// <param name="Values">What they become; the other members mean nothing.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiKeyEdited")]
public sealed record ApiKeyEdited(
    [property: Id(0)] string Id,
    [property: Id(1)] ApiKeyMembers Members,
    [property: Id(2)] ApiKey Values) : ProjectChange
{
    public override bool Adds => (Members & (ApiKeyMembers.Name | ApiKeyMembers.Origins | ApiKeyMembers.Scopes)) != 0;
}

/// <summary>What of an api key can be changed.</summary>
[Flags]
public enum ApiKeyMembers
{
    None = 0,
    Name = 1,
    Enabled = 2,
    ExpiresAt = 4,
    Origins = 8,
    Permissions = 16,
    Scopes = 32,
}

/// <summary>An api key is gone.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiKeyRemoved")]
public sealed record ApiKeyRemoved([property: Id(0)] string Id) : ProjectChange;

/// <summary>An api key has one more secret.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.SecretAdded")]
public sealed record SecretAdded([property: Id(0)] string ApiKeyId, [property: Id(1)] ApiSecret Secret) : ProjectChange
{
    public override bool Adds => true;
}

/// <summary>An api key has one secret less.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.SecretRemoved")]
public sealed record SecretRemoved([property: Id(0)] string ApiKeyId, [property: Id(1)] string SecretId) : ProjectChange;

/// <summary>The settings of a class. Secrets that are left out of keys and identity that had one stay as they are.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassSet")]
public sealed record ClassSet([property: Id(0)] string Name, [property: Id(1)] ClassSettings Settings) : ProjectChange
{
    public override bool Adds => true;
}

/// <summary>A class has no settings of its own any more.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassRemoved")]
public sealed record ClassRemoved([property: Id(0)] string Name) : ProjectChange;
