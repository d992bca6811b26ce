using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>How those who use objects of one class prove who they are; its keys are read once.</summary>
internal sealed class IdentityRules
{
    private readonly IdentitySettings _settings;
    private readonly IdentityTokens? _tokens;
    private readonly byte[] _secret;
    private readonly string _fingerprint;

    /// <param name="settings">Of the class.</param>
    /// <param name="verified">Where tokens are remembered that were found good.</param>
    public IdentityRules(IdentitySettings settings, Verified<IdentityClaims> verified)
    {
        _settings = settings;
        _secret = Encoding.UTF8.GetBytes(settings.Secret ?? "");
        _tokens = settings.Mode == IdentityMode.Jwt ? new(settings, verified) : null;
        _fingerprint = FingerprintOf(settings);
    }

    /// <summary>Verifies the proof that comes with a payload.</summary>
    public async ValueTask<IdentityVerdict> Verify(IdentityProof proof, JsonElement payload, double now)
    {
        if (_tokens is null)
            return VerifySignature(proof.Signature, payload);
        if (proof.Token is null)
            return Missing("this class asks for an identity token");
        var claims = await _tokens.Read(proof.Token, now);
        if (!claims.Succeeded)
            return claims.Error;
        return IdentityClaims.AreContradicted(claims.Value.Json, payload, _settings.UserIdField)
            ? Contradicted()
            : new(null, new(_fingerprint, claims.Value.Json));
    }

    /// <summary>Judges a payload that comes without a proof by what its connection has proved before.</summary>
    public IdentityVerdict Verify(VerifiedIdentity standing, JsonElement payload)
    {
        if (standing.Settings != _fingerprint)
            return Missing("what was proved before was by other settings of this class");
        if (_tokens is not null)
            return IdentityClaims.AreContradicted(standing.Claims, payload, _settings.UserIdField) ? Contradicted() : default;
        using var proved = JsonDocument.Parse(standing.Claims);
        return UserId.Of(payload, _settings.UserIdField) is not { } userId ? NoUserId()
            : userId == proved.RootElement.GetString() ? default : Contradicted();
    }

    private IdentityVerdict VerifySignature(string? signature, JsonElement payload)
    {
        if (signature is null)
            return Missing("this class asks for the signature of the user id");
        if (UserId.Of(payload, _settings.UserIdField) is not { } userId)
            return NoUserId();
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(userId), expected);
        var isHex = signature.Length == 2 * given.Length
            && Convert.FromHexString(signature, given, out _, out _) == System.Buffers.OperationStatus.Done;
        if (!CryptographicOperations.FixedTimeEquals(expected, given) || !isHex || _secret.Length == 0)
            return new StorageError(StorageErrorCode.IdentityInvalid, "The signature is not one of the payload's user id.");
        return new(null, new(_fingerprint, JsonSerializer.SerializeToUtf8Bytes(userId)));
    }

    private static IdentityVerdict Missing(string why) => new StorageError(StorageErrorCode.IdentityMissing, $"It is not proved who this is: {why}.");

    private static IdentityVerdict NoUserId() => new StorageError(
        StorageErrorCode.IdentityInvalid,
        "The payload has no user id that could be verified; encrypted payloads have none: use identity tokens with them.");

    private static IdentityVerdict Contradicted() => new StorageError(
        StorageErrorCode.IdentityMismatch, "The payload says something else than what was proved of who this is.");

    /// <summary>Names the settings without telling them.</summary>
    private static string FingerprintOf(IdentitySettings settings)
    {
        string?[] parts =
        [
            settings.Mode.ToString(), settings.UserIdField, settings.Secret, settings.PublicKey, settings.Issuer, settings.Audience,
            .. settings.Algorithms.IsDefault ? [] : settings.Algorithms,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)).AsSpan(0, 16));
    }
}
