namespace Vaultrice.Gateway.Admin;

/// <summary>What a shared secret of an app must be like.</summary>
internal static class SecretRules
{
    private const int MaxLength = 4096;

    /// <summary>Null is left to the grain, which knows whether there is one to keep.</summary>
    public static StorageError? Check(string path, string? secret) =>
        secret is null || (secret.Length is > 0 and <= MaxLength && BodyRules.IsUnicode(secret))
            ? null
            : AdminErrors.Member(path, $"must have 1 to {MaxLength} characters.");
}
