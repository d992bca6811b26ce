using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>Secrets of a class go in and never come out: settings that were read and are written again come without, and keep them.</summary>
internal static class KeptSecrets
{
    /// <summary>The settings with the secrets that are left out and were there before; refused if they were not.</summary>
    public static StorageResult<ClassSettings> Complete(ClassSettings settings, ClassSettings? before)
    {
        if (settings.IdSignature is { } idSignature)
        {
            var keys = idSignature.Keys.Select(key => Complete(key, before?.IdSignature)).ToArray();
            if (Array.Find(keys, key => key is { Secret: null, PublicKey: null }) is { } incomplete)
            {
                return new StorageError(
                    StorageErrorCode.InvalidArgument, $"The id signature key of version {incomplete.Version} has no secret yet: send one.");
            }
            settings = settings with { IdSignature = idSignature with { Keys = [.. keys] } };
        }
        if (settings.Identity is { Secret: null, PublicKey: null } identity)
        {
            if (before?.Identity is not { Secret: { } secret, Mode: var mode } || mode != identity.Mode)
                return new StorageError(StorageErrorCode.InvalidArgument, "The identity settings have neither a secret nor a public key yet: send one.");
            settings = settings with { Identity = identity with { Secret = secret } };
        }
        return settings;
    }

    private static IdSignatureKey Complete(IdSignatureKey key, IdSignatureSettings? before) =>
        key is { Secret: null, PublicKey: null }
            ? key with { Secret = before?.Keys.FirstOrDefault(known => known.Version == key.Version && known.Algorithm == key.Algorithm)?.Secret }
            : key;
}
