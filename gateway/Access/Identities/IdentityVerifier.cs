using System.Runtime.CompilerServices;
using System.Text.Json;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>Verifies who joins and who sends, in classes that ask for it.</summary>
internal sealed class IdentityVerifier(Verified<IdentityClaims> verified, TimeProvider time)
{
    private readonly ConditionalWeakTable<IdentitySettings, IdentityRules> _rules = [];

    /// <summary>Judges a payload.</summary>
    /// <param name="settings">The settings of the object's class; null for none.</param>
    /// <param name="proof">What came with the payload.</param>
    /// <param name="payload">The payload, raw JSON.</param>
    /// <param name="standing">
    /// Who the connection has proved to be before, if that may stand in for a missing proof; else null.
    /// </param>
    public ValueTask<IdentityVerdict> Verify(
        IdentitySettings? settings, IdentityProof proof, ReadOnlyMemory<byte> payload, VerifiedIdentity? standing) =>
        settings is null or { Mode: IdentityMode.None } ? default : Judge(settings, proof, payload, standing);

    private async ValueTask<IdentityVerdict> Judge(
        IdentitySettings settings, IdentityProof proof, ReadOnlyMemory<byte> payload, VerifiedIdentity? standing)
    {
        var rules = _rules.GetOrAdd(settings, static (unread, verified) => new(unread, verified), verified);
        // As deep as it may be was decided when it was read.
        using var json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 1_000 });
        if (standing is not null && proof is { Token: null, Signature: null })
            return rules.Verify(standing, json.RootElement);
        return await rules.Verify(proof, json.RootElement, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
    }
}
