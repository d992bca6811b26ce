using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>Reads the identity tokens of one class: JWTs whose times are in seconds, as the standard has it.</summary>
internal sealed class IdentityTokens
{
    private const int MaxTokenChars = 16 * 1024;

    // A hash in hex, a colon and a long.
    private const int MaxKeyChars = 2 * SHA256.HashSizeInBytes + 24;

    // By how much the clocks of an identity provider and ours may differ, in seconds.
    private const double Skew = 60;

    // The year 10,000: an exp beyond it was meant in milliseconds, and such a token would never end.
    private const double MaxSeconds = 253_402_300_800;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenChars };
    private readonly TokenValidationParameters? _parameters;

    // A token that was verified once costs no signature again; its times are looked at each time.
    private readonly Verified<IdentityClaims> _verified;
    private readonly long _scope;

    /// <param name="settings">Of the class.</param>
    /// <param name="verified">Where tokens are remembered that were found good.</param>
    public IdentityTokens(IdentitySettings settings, Verified<IdentityClaims> verified)
    {
        (_verified, _scope) = (verified, verified.NewScope());
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
        if ((Find(token) ?? await Verify(token)) is not { } claims)
            return Invalid("The identity token is not valid for this class.");
        if (claims.ExpiresAt is null or >= MaxSeconds)
            return Invalid("The identity token has no exp in seconds.");
        if (claims.ExpiresAt + Skew <= now)
            return Invalid("The identity token has expired.");
        if (claims.NotBefore - Skew > now)
            return Invalid("The identity token is not valid yet.");
        return claims;
    }

    private IdentityClaims? Find(string token)
    {
        if (token.Length > MaxTokenChars)
            return null;
        Span<char> key = stackalloc char[MaxKeyChars];
        return _verified.Find(key[..WriteKey(key, token)]);
    }

    /// <summary>A hash instead of the token, which is long.</summary>
    private int WriteKey(Span<char> key, string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
        return Convert.TryToHexStringLower(hash, key, out var written)
            && key[written..].TryWrite(CultureInfo.InvariantCulture, $":{_scope}", out var more)
                ? written + more
                : throw new InvalidOperationException("A key was longer than its parts.");
    }

    private string KeyOf(string token)
    {
        Span<char> key = stackalloc char[MaxKeyChars];
        return new(key[..WriteKey(key, token)]);
    }

    private async ValueTask<IdentityClaims?> Verify(string token)
    {
        if (_parameters is null || token.Length > MaxTokenChars)
            return null;
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        // Extensions that must be understood: none is.
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || jwt.TryGetHeaderValue<object>("crit", out _))
            return null;
        try
        {
            var payload = Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload);
            using var json = JsonDocument.Parse(payload, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? _verified.Add(new(KeyOf(token), payload, json.RootElement)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StorageError Invalid(string message) => new(StorageErrorCode.IdentityInvalid, message);
}
