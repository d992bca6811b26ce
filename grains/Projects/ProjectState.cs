using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>What is stored of a project, and the rules that change it.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectState")]
internal sealed record ProjectState(
    [property: Id(0)] string AccountId,
    [property: Id(1)] string Name,
    [property: Id(2)] long CreatedAt,
    [property: Id(3)] ImmutableDictionary<string, ApiKey> ApiKeys,
    [property: Id(4)] ImmutableDictionary<string, ClassSettings> Classes,
    [property: Id(5)] Quota? Limits,
    [property: Id(6)] long? DeletedAt = null,
    [property: Id(7)] bool IsEmptied = false,
    [property: Id(8)] long Revision = 0,
    [property: Id(9)] ImmutableHashSet<string>? ConfiguredKeys = null)
{
    public static ProjectState New(string accountId, string name, long now) =>
        new(accountId, name, now, ImmutableDictionary<string, ApiKey>.Empty, ImmutableDictionary<string, ClassSettings>.Empty, null);

    /// <summary>Whether it was deleted, and there may be objects left.</summary>
    public bool IsBeingEmptied => DeletedAt is not null && !IsEmptied;

    /// <summary>The keys of the records about the use of its secrets and of its versions of id signature keys.</summary>
    public IEnumerable<string> Usable =>
    [
        .. ApiKeys.Values.SelectMany(key => key.Secrets.Select(secret => UseRecord.OfSecret(key.Id, secret.Id))),
        .. Classes.SelectMany(entry => (entry.Value.IdSignature?.Keys ?? []).Select(key => UseRecord.OfIdSignature(entry.Key, key.Version))),
    ];

    /// <summary>What stays of a deleted project: whose it was, for its audit log, and that its id is not to be used again.</summary>
    public ProjectState Deleted(long now) => New(AccountId, Name, CreatedAt) with { DeletedAt = now, Revision = Revision };

    public ProjectSnapshot Snapshot(string id) => new(id, AccountId, Name, ApiKeys, Classes, Limits, CreatedAt, Revision);

    /// <summary>The project after a change, or why it cannot be changed so.</summary>
    public StorageResult<ProjectState> After(ProjectChange change, AdministrationLimits limits) => change switch
    {
        ProjectRenamed renamed => this with { Name = renamed.Name },
        ProjectLimited limited => this with { Name = limited.Name, Limits = limited.Limits },
        ApiKeyAdded { Key: var key, IsConfigured: var isConfigured } =>
            ApiKeys.ContainsKey(key.Id) ? AdministrationRefusals.Exists("an api key")
            : isConfigured && ConfiguredKeys?.Contains(key.Id) == true ? AdministrationRefusals.Removed("The api key")
            : ApiKeys.Count >= limits.ProjectApiKeys ? AdministrationRefusals.TooMany(limits.ProjectApiKeys, "api keys in a project")
            : this with
            {
                ApiKeys = ApiKeys.Add(key.Id, key),
                // Those of the configuration come back at every start. All others have ids that come once.
                ConfiguredKeys = isConfigured ? (ConfiguredKeys ?? []).Add(key.Id) : ConfiguredKeys,
            },
        ApiKeyEdited edit => Edit(edit.Id, key => After(key, edit.Members, edit.Values)),
        ApiKeyRemoved { Id: var id } =>
            ApiKeys.ContainsKey(id) ? this with { ApiKeys = ApiKeys.Remove(id) } : AdministrationRefusals.Unknown,
        SecretAdded { Secret: var secret } added => Edit(added.ApiKeyId, key =>
            key.Secrets.Length >= AdministrationLimits.KeySecrets
                ? AdministrationRefusals.TooMany(AdministrationLimits.KeySecrets, "secrets of an api key")
                : key with { Secrets = key.Secrets.Add(secret) }),
        SecretRemoved { SecretId: var id } removed => Edit(removed.ApiKeyId, key =>
            key.Secrets.Any(secret => secret.Id == id)
                ? key with { Secrets = key.Secrets.RemoveAll(secret => secret.Id == id) }
                : AdministrationRefusals.Unknown),
        ClassSet { Name: var name, Settings: var settings } =>
            !Classes.ContainsKey(name) && Classes.Count >= limits.ProjectClasses
                ? AdministrationRefusals.TooMany(limits.ProjectClasses, "classes with settings in a project")
                : After(name, KeptSecrets.Complete(settings, Classes.GetValueOrDefault(name))),
        ClassRemoved { Name: var name } =>
            Classes.ContainsKey(name) ? this with { Classes = Classes.Remove(name) } : AdministrationRefusals.Unknown,
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    private StorageResult<ProjectState> Edit(string apiKeyId, Func<ApiKey, StorageResult<ApiKey>> edit)
    {
        if (!ApiKeys.TryGetValue(apiKeyId, out var key))
            return AdministrationRefusals.Unknown;
        var edited = edit(key);
        return edited.Succeeded ? this with { ApiKeys = ApiKeys.SetItem(apiKeyId, edited.Value) } : edited.Error;
    }

    private StorageResult<ProjectState> After(string name, StorageResult<ClassSettings> settings) =>
        settings.Succeeded ? this with { Classes = Classes.SetItem(name, settings.Value) } : settings.Error;

    private static StorageResult<ApiKey> After(ApiKey key, ApiKeyMembers members, ApiKey values) => key with
    {
        Name = members.HasFlag(ApiKeyMembers.Name) ? values.Name : key.Name,
        Enabled = members.HasFlag(ApiKeyMembers.Enabled) ? values.Enabled : key.Enabled,
        ExpiresAt = members.HasFlag(ApiKeyMembers.ExpiresAt) ? values.ExpiresAt : key.ExpiresAt,
        Origins = members.HasFlag(ApiKeyMembers.Origins) ? values.Origins : key.Origins,
        Permissions = members.HasFlag(ApiKeyMembers.Permissions) ? values.Permissions : key.Permissions,
        Scopes = members.HasFlag(ApiKeyMembers.Scopes) ? values.Scopes : key.Scopes,
    };
}
