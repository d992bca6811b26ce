using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>Reads the identity tokens of one class: JWTs whose times are in seconds, as the standard has it.</summary>
internal sealed class IdentityTokens
{
    private const int MaxRemembered = 4_096;

    // By how much the clocks of an identity provider and ours may differ, in seconds.
    private const double Skew = 60;

    // The year 10,000: an exp beyond it was meant in milliseconds, and such a token would never end.
    private const double MaxSeconds = 253_402_300_800;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = 16 * 1024 };
    private readonly TokenValidationParameters? _parameters;

    // A token that was verified once costs no signature again; its times are looked at each time.
    private readonly ConcurrentDictionary<string, IdentityClaims> _verified = new(StringComparer.Ordinal);

    public IdentityTokens(IdentitySettings settings)
    {
        try
        {
            _parameters = new IdentityTokenKey(settings).ParametersFor(settings);
        }
        catch (CryptographicException)
        {
            // A key that cannot be read verifies nothing; the administration takes none of that kind.
        }
    }

    /// <summary>The claims of a token that is good now, or why it is not.</summary>
    /// <param name="token">As sent.</param>
    /// <param name="now">In seconds since the Unix epoch.</param>
    public async ValueTask<StorageResult<IdentityClaims>> Read(string token, double now)
    {
        if (!_verified.TryGetValue(token, out var claims))
        {
            if (await Verify(token) is not { } verified)
                return Invalid("The identity token is not valid for this class.");
            if (_verified.Count >= MaxRemembered)
                _verified.Clear();
            claims = _verified[token] = verified;
        }
        if (claims.ExpiresAt is null or >= MaxSeconds)
            return Invalid("The identity token has no exp in seconds.");
        if (claims.ExpiresAt + Skew <= now)
            return Invalid("The identity token has expired.");
        if (claims.NotBefore - Skew > now)
            return Invalid("The identity token is not valid yet.");
        return claims;
    }

    private async ValueTask<IdentityClaims?> Verify(string token)
    {
        if (_parameters is null)
            return null;
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        // Extensions that must be understood: none is.
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || jwt.TryGetHeaderValue<object>("crit", out _))
            return null;
        try
        {
            var payload = Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload);
            using var json = JsonDocument.Parse(payload, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? new(payload, json.RootElement.Clone()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StorageError Invalid(string message) => new(StorageErrorCode.IdentityInvalid, message);
}
