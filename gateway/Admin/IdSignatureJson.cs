using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Object id signatures of a class.</summary>
internal sealed record IdSignatureJson
{
    private const int MaxKeys = 20;

    /// <summary>Whether requests without a signature are refused.</summary>
    public bool Required { get; init; }

    /// <summary>The keys that signatures are checked with, each version once.</summary>
    public IdSignatureKeyJson[]? Keys { get; init; }

    public static IdSignatureJson? Of(string @class, IdSignatureSettings? settings, ImmutableDictionary<string, UseRecord> uses) => settings is null ? null : new()
    {
        Required = settings.Required,
        Keys = [.. settings.Keys.Select(key => IdSignatureKeyJson.Of(key, uses.GetValueOrDefault(UseRecord.OfIdSignature(@class, key.Version))))],
    };

    public StorageError? Check()
    {
        var keys = Keys ?? [];
        if (keys.Length > MaxKeys)
            return AdminErrors.Member("idSignature.keys", $"can have at most {MaxKeys} keys.");
        foreach (var (i, key) in keys.Index())
        {
            var path = $"idSignature.keys[{i}]";
            if (key is null)
                return AdminErrors.Member(path, "must be an object.");
            if (keys.Take(i).Any(other => other.Version == key.Version))
                return AdminErrors.Member($"{path}.version", "is that of another key too; send each version once.");
            if (key.Check(path) is { } refusal)
                return refusal;
        }
        return keys.Count(key => key.Preferred == true) > 1
            ? AdminErrors.Member("idSignature.keys", "can have one preferred key at most.")
            : null;
    }

    public IdSignatureSettings ToSettings() => new(Required, [.. (Keys ?? []).Select(key => key.ToKey())]);
}

/// <summary>A key that object id signatures are checked with.</summary>
internal sealed record IdSignatureKeyJson
{
    /// <summary>What requests name it by, 0 or more.</summary>
    public required int Version { get; init; }

    /// <summary><c>HS256</c>, <c>RS256</c>, <c>PS256</c>, <c>ES256</c>, <c>ES384</c>, <c>ES512</c> or <c>EdDSA</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>PEM (SubjectPublicKeyInfo); for every algorithm but <c>HS256</c>.</summary>
    public string? PublicKey { get; init; }

    /// <summary>For <c>HS256</c>; never shown. Left out, a key that has one keeps it.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether it is good at present; true when left out.</summary>
    [NeverNull]
    public bool? Enabled { get; init; }

    /// <summary>Tried first when a request names no version.</summary>
    public bool? Preferred { get; init; }

    /// <summary>Shown only: that there is a secret.</summary>
    public bool? HasSecret { get; init; }

    /// <summary>Shown only: how often the version was used.</summary>
    public long? Uses { get; init; }

    /// <summary>Shown only: when the version was used last, in ms since the Unix epoch.</summary>
    public long? LastUsedAt { get; init; }

    public static IdSignatureKeyJson Of(IdSignatureKey key, UseRecord? use) => new()
    {
        Version = key.Version,
        Algorithm = key.Algorithm,
        PublicKey = key.PublicKey,
        Enabled = key.Enabled,
        Preferred = key.Preferred ? true : null,
        HasSecret = key.Secret is null ? null : true,
        Uses = use?.Count ?? 0,
        LastUsedAt = use?.LastAt,
    };

    public StorageError? Check(string path)
    {
        if (Version < 0)
            return AdminErrors.Member($"{path}.version", "must be 0 or more.");
        if (Algorithm == "HS256")
        {
            return PublicKey is null
                ? SecretRules.Check($"{path}.secret", Secret)
                : AdminErrors.Member($"{path}.publicKey", "is not for HS256, which takes a secret.");
        }
        if (Algorithm is not ("RS256" or "PS256" or "ES256" or "ES384" or "ES512" or "EdDSA"))
            return AdminErrors.Member($"{path}.algorithm", "must be one of HS256, RS256, PS256, ES256, ES384, ES512, EdDSA.");
        if (Secret is not null)
            return AdminErrors.Member($"{path}.secret", $"is not for {Algorithm}, which takes a public key.");
        if (PublicKey is null)
            return AdminErrors.Member($"{path}.publicKey", $"is missing; {Algorithm} takes a public key in PEM.");
        return PublicKeyRules.Check($"{path}.publicKey", PublicKey, [Algorithm]);
    }

    public IdSignatureKey ToKey() => new(Version, Algorithm, PublicKeyRules.Normalise(PublicKey), Secret, Enabled ?? true, Preferred ?? false);
}
