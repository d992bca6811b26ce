using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>How those who join or send prove who they are.</summary>
internal sealed record IdentityJson
{
    private const int MaxText = 500;
    private static readonly string[] SecretAlgorithms = ["HS256", "HS384", "HS512"];

    /// <summary><c>none</c>, <c>userIdSignature</c> or <c>jwt</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>
    /// Where the payload has the user id; <c>userId</c>, then <c>sub</c>, then <c>id</c> when left out. With <c>jwt</c>: a member
    /// that must be the token's claim of this name or, if it has none, its <c>sub</c>.
    /// </summary>
    [NeverNull]
    public string? UserIdField { get; init; }

    /// <summary>Of HMACs; never shown. Left out, settings that have one keep it.</summary>
    public string? Secret { get; init; }

    /// <summary>PEM (SubjectPublicKeyInfo), for JWTs that are signed asymmetrically.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The JWT algorithms that are accepted; those that fit the key when left out.</summary>
    [NeverNull]
    public string[]? Algorithms { get; init; }

    /// <summary>The <c>iss</c> that a JWT must have.</summary>
    [NeverNull]
    public string? Issuer { get; init; }

    /// <summary>The <c>aud</c> that a JWT must have.</summary>
    [NeverNull]
    public string? Audience { get; init; }

    /// <summary>Shown only: that there is a secret.</summary>
    public bool? HasSecret { get; init; }

    public static IdentityJson? Of(IdentitySettings? identity) => identity is null ? null : new()
    {
        Mode = identity.Mode == IdentityMode.Jwt ? "jwt" : "userIdSignature",
        UserIdField = identity.UserIdField,
        PublicKey = identity.PublicKey,
        Algorithms = identity.Algorithms.IsDefaultOrEmpty ? null : [.. identity.Algorithms],
        Issuer = identity.Issuer,
        Audience = identity.Audience,
        HasSecret = identity.Secret is null ? null : true,
    };

    public StorageError? Check()
    {
        if (Text("identity.userIdField", UserIdField) is { } badField)
            return badField;
        switch (Mode)
        {
            case "none":
                return (UserIdField ?? Secret ?? PublicKey ?? Issuer ?? Audience) is null && Algorithms is null
                    ? null
                    : AdminErrors.Member("identity", "has a mode 'none', which takes no other member.");
            case "userIdSignature":
                return (PublicKey ?? Issuer ?? Audience) is null && Algorithms is null
                    ? SecretRules.Check("identity.secret", Secret)
                    : AdminErrors.Member("identity", "has a mode 'userIdSignature', which takes secret and userIdField only.");
            case "jwt":
                return CheckJwt();
            default:
                return AdminErrors.Member("identity.mode", "must be one of none, userIdSignature, jwt.");
        }
    }

    /// <summary>The settings; null when there is nothing to prove.</summary>
    public IdentitySettings? ToSettings() => Mode == "none"
        ? null
        : new(Mode == "jwt" ? IdentityMode.Jwt : IdentityMode.UserIdSignature, UserIdField, Secret, PublicKeyRules.Normalise(PublicKey), [.. Algorithms ?? []], Issuer, Audience);

    private StorageError? CheckJwt()
    {
        // One kind of key: with both, a public key could be taken for a secret.
        if (Secret is not null && PublicKey is not null)
            return AdminErrors.Member("identity", "has both secret and publicKey; send one of them.");
        if (Algorithms is { Length: 0 })
            return AdminErrors.Member("identity.algorithms", "must name at least one algorithm; leave it out for those that fit the key.");
        foreach (var (i, algorithm) in (Algorithms ?? []).Index())
        {
            var fits = PublicKey is null ? SecretAlgorithms.Contains(algorithm) : PublicKeyRules.Algorithms.Contains(algorithm);
            if (!fits)
            {
                return AdminErrors.Member(
                    $"identity.algorithms[{i}]", $"must be one of {string.Join(", ", PublicKey is null ? SecretAlgorithms : PublicKeyRules.Algorithms)}.");
            }
        }
        return Text("identity.issuer", Issuer)
            ?? Text("identity.audience", Audience)
            ?? (PublicKey is null
                ? SecretRules.Check("identity.secret", Secret)
                : PublicKeyRules.Check("identity.publicKey", PublicKey, Algorithms ?? []));
    }

    private static StorageError? Text(string path, string? text) =>
        text is null || (text.Length is > 0 and <= MaxText && BodyRules.IsUnicode(text))
            ? null
            : AdminErrors.Member(path, $"must have 1 to {MaxText} characters.");
}
