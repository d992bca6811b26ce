using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>An api key to be.</summary>
internal sealed record NewApiKeyBody
{
    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>From where it may be used: <c>https://app.example.com</c>, <c>https://*.example.com</c>; anywhere when left out.</summary>
    [NeverNull]
    public string[]? Origins { get; init; }

    /// <summary>All when left out.</summary>
    [NeverNull]
    public string[]? Permissions { get; init; }

    /// <summary>Which objects it may touch; all when left out.</summary>
    [NeverNull]
    public ScopesJson? Scopes { get; init; }

    /// <summary>In ms since the Unix epoch; never when left out.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The key, without a secret yet.</summary>
    public StorageResult<ApiKey> ToKey(long now)
    {
        var blank = new ApiKey(ApiKey.NewId(), null, now, Enabled: true, null, [], [], Projects.Permissions.All, null);
        var patch = new ApiKeyPatch { Name = Name, Origins = Origins, Permissions = Permissions, Scopes = Scopes, ExpiresAt = ExpiresAt };
        var edit = patch.ToEdit(blank, static member => member != "enabled", now);
        return edit.Succeeded ? edit.Value.Values : edit.Error;
    }
}

/// <summary>What changes of an api key: the members that are sent. A name and an end can be null, for none.</summary>
internal sealed record ApiKeyPatch
{
    /// <inheritdoc cref="NewApiKeyBody.Name"/>
    public string? Name { get; init; }

    /// <summary>A key that is not enabled is refused, with its tokens and sockets.</summary>
    [NeverNull]
    public bool? Enabled { get; init; }

    /// <inheritdoc cref="NewApiKeyBody.Origins"/>
    [NeverNull]
    public string[]? Origins { get; init; }

    /// <inheritdoc cref="NewApiKeyBody.Permissions"/>
    [NeverNull]
    public string[]? Permissions { get; init; }

    /// <inheritdoc cref="NewApiKeyBody.Scopes"/>
    [NeverNull]
    public ScopesJson? Scopes { get; init; }

    /// <inheritdoc cref="NewApiKeyBody.ExpiresAt"/>
    public long? ExpiresAt { get; init; }

    /// <summary>The change, or what is wrong with it.</summary>
    /// <param name="key">The key as it is.</param>
    /// <param name="has">Whether a member was sent.</param>
    /// <param name="now">In ms since the Unix epoch.</param>
    public StorageResult<ApiKeyEdited> ToEdit(ApiKey key, Func<string, bool> has, long now)
    {
        if ((BodyRules.Name("name", Name) ?? BodyRules.Ahead("expiresAt", ExpiresAt, now)) is { } refusal)
            return refusal;
        var origins = BodyRules.Origins("origins", Origins);
        if (!origins.Succeeded)
            return origins.Error;
        var permissions = BodyRules.Permissions("permissions", Permissions);
        if (!permissions.Succeeded)
            return permissions.Error;
        KeyScopes? scopes = null;
        if (Scopes is not null)
        {
            var read = BodyRules.Scopes("scopes", Scopes);
            if (!read.Succeeded)
                return read.Error;
            scopes = read.Value;
        }
        var members = Sent(has("name"), ApiKeyMembers.Name)
            | Sent(has("enabled"), ApiKeyMembers.Enabled)
            | Sent(has("expiresAt"), ApiKeyMembers.ExpiresAt)
            | Sent(has("origins"), ApiKeyMembers.Origins)
            | Sent(has("permissions"), ApiKeyMembers.Permissions)
            | Sent(has("scopes"), ApiKeyMembers.Scopes);
        return new ApiKeyEdited(key.Id, members, key with
        {
            Name = Name,
            Enabled = Enabled ?? true,
            ExpiresAt = ExpiresAt,
            Origins = origins.Value,
            Permissions = permissions.Value,
            Scopes = scopes,
        });
    }

    private static ApiKeyMembers Sent(bool sent, ApiKeyMembers member) => sent ? member : ApiKeyMembers.None;
}
