using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>What the verification of an identity came to.</summary>
/// <param name="Error">The refusal, or null.</param>
/// <param name="Identity">Who was proved anew; null when nobody was, or nobody had to be.</param>
internal readonly record struct IdentityVerdict(StorageError? Error, VerifiedIdentity? Identity)
{
    public static implicit operator IdentityVerdict(StorageError error) => new(error, null);
}
