using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// The settings of a class, as they are sent and as they are shown. What is shown can be sent again: members that only tell
/// something are taken and mean nothing, secrets that are left out stay.
/// </summary>
internal sealed record ClassJson : ICheckedBody
{
    private const long MaxWindow = 3_600_000;

    /// <summary>The class.</summary>
    public string? Class { get; init; }

    /// <summary>Whose signature an object's id must carry.</summary>
    [NeverNull]
    public IdSignatureJson? IdSignature { get; init; }

    /// <summary>How users prove who they are.</summary>
    [NeverNull]
    public IdentityJson? Identity { get; init; }

    /// <summary>What must be encrypted.</summary>
    [NeverNull]
    public EncryptionJson? Encryption { get; init; }

    /// <summary>Times to live.</summary>
    public TtlJson? Ttl { get; init; }

    /// <summary>How long a lost connection can be resumed, in ms.</summary>
    public long? ResumeWindow { get; init; }

    /// <summary>How long a connection lost without goodbye stays present, in ms.</summary>
    public long? PresenceGrace { get; init; }

    /// <summary>How large and how busy the class may be.</summary>
    public ClassLimitsJson? Limits { get; init; }

    public static ClassJson Of(string name, ClassSettings settings, ImmutableDictionary<string, UseRecord> uses) => new()
    {
        Class = name,
        IdSignature = IdSignatureJson.Of(name, settings.IdSignature, uses),
        Identity = IdentityJson.Of(settings.Identity),
        Encryption = EncryptionJson.Of(settings.Encryption),
        Ttl = TtlJson.Of(settings.Ttl),
        ResumeWindow = settings.ResumeWindow,
        PresenceGrace = settings.PresenceGrace,
        Limits = ClassLimitsJson.Of(settings.Limits),
    };

    public StorageError? Check() =>
        IdSignature?.Check()
        ?? Identity?.Check()
        ?? Ttl?.Check()
        ?? BodyRules.Range("resumeWindow", ResumeWindow, 0, MaxWindow)
        ?? BodyRules.Range("presenceGrace", PresenceGrace, 0, MaxWindow)
        ?? Limits?.Check();

    public ClassSettings ToSettings() => new(
        IdSignature?.ToSettings(),
        Identity?.ToSettings(),
        Encryption is null ? null : new(Encryption.AdditionalAtRest, Encryption.Required),
        Ttl is null ? null : new(Ttl.Default, Ttl.Max),
        ResumeWindow,
        PresenceGrace,
        Limits?.ToLimits());
}

/// <summary>Encryption of a class.</summary>
internal sealed record EncryptionJson
{
    /// <summary>Whether values are stored encrypted with a key of their object's own.</summary>
    public bool AdditionalAtRest { get; init; }

    /// <summary>Whether only end-to-end encrypted values and messages are taken.</summary>
    public bool Required { get; init; }

    public static EncryptionJson? Of(ClassEncryption? encryption) =>
        encryption is null ? null : new() { AdditionalAtRest = encryption.AdditionalAtRest, Required = encryption.Required };
}

/// <summary>Times to live of a class's items, in ms.</summary>
internal sealed record TtlJson
{
    /// <summary>Of items written without one.</summary>
    public long? Default { get; init; }

    /// <summary>The longest; longer ones are cut to it.</summary>
    public long? Max { get; init; }

    public static TtlJson? Of(ClassTtl? ttl) => ttl is null ? null : new() { Default = ttl.Default, Max = ttl.Max };

    public StorageError? Check() =>
        BodyRules.Range("ttl.default", Default, 1, BodyRules.MaxTime / 1000)
        ?? BodyRules.Range("ttl.max", Max, 1, BodyRules.MaxTime / 1000)
        ?? (Default > Max ? AdminErrors.Member("ttl.default", "must not be longer than 'ttl.max'.") : null);
}

/// <summary>Limits of a class; each can only be lower than the server's.</summary>
internal sealed record ClassLimitsJson
{
    /// <summary>The largest value in bytes of JSON.</summary>
    public int? ItemBytes { get; init; }

    /// <summary>The largest object in bytes.</summary>
    public int? ObjectBytes { get; init; }

    /// <summary>The most items of an object.</summary>
    public int? ObjectItems { get; init; }

    /// <summary>The largest message in bytes of JSON.</summary>
    public int? MessageBytes { get; init; }

    /// <summary>The largest presence data in bytes of JSON.</summary>
    public int? PresenceBytes { get; init; }

    /// <summary>The most connections of an object.</summary>
    public int? ObjectConnections { get; init; }

    /// <summary>How busy one object may be.</summary>
    public QuotaJson? ObjectRate { get; init; }

    /// <summary>How busy and how large all objects together may be.</summary>
    public QuotaJson? Total { get; init; }

    public static ClassLimitsJson? Of(ClassLimits? limits) => limits is null ? null : new()
    {
        ItemBytes = limits.ItemBytes,
        ObjectBytes = limits.ObjectBytes,
        ObjectItems = limits.ObjectItems,
        MessageBytes = limits.MessageBytes,
        PresenceBytes = limits.PresenceBytes,
        ObjectConnections = limits.ObjectConnections,
        ObjectRate = QuotaJson.Of(limits.ObjectRate),
        Total = QuotaJson.Of(limits.Total),
    };

    public StorageError? Check() =>
        BodyRules.Positive("limits.itemBytes", ItemBytes)
        ?? BodyRules.Positive("limits.objectBytes", ObjectBytes)
        ?? BodyRules.Positive("limits.objectItems", ObjectItems)
        ?? BodyRules.Positive("limits.messageBytes", MessageBytes)
        ?? BodyRules.Positive("limits.presenceBytes", PresenceBytes)
        ?? BodyRules.Positive("limits.objectConnections", ObjectConnections)
        ?? ObjectRate?.Check("limits.objectRate")
        ?? Total?.Check("limits.total");

    public ClassLimits ToLimits() =>
        new(ItemBytes, ObjectBytes, ObjectItems, MessageBytes, PresenceBytes, ObjectConnections, ObjectRate?.ToQuota(), Total?.ToQuota());
}
