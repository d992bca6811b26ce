using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Issues and reads access tokens: JWTs signed with ES256 whose <c>exp</c> is in milliseconds, as the SDK reads it.</summary>
internal sealed class AccessTokens(SigningKeys keys, TimeProvider time)
{
    /// <summary>How long a token lives that a client mints.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The longest that any token can live.</summary>
    public static readonly TimeSpan MaxLifetime = SigningKey.LongestToken;

    private const string Issuer = "vaultrice";
    private const string Algorithm = SecurityAlgorithms.EcdsaSha256;

    /// <summary>The longest token that is looked at.</summary>
    public const int MaxTokenChars = 8 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = MaxTokenChars };

    /// <summary>Makes a token for a caller.</summary>
    /// <param name="caller">Who asks, with the rights the token shall have.</param>
    /// <param name="origin">The only origin it shall be good for, or null.</param>
    public ValueTask<string> Issue(Caller caller, string? origin) => Issue(caller.Claims with
    {
        Permissions = caller.Permissions,
        Scopes = caller.Claims.Scopes ?? caller.Key.Scopes,
        Origin = origin,
        ExpiresAt = (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds(),
    });

    /// <summary>Makes a token that says just this.</summary>
    public async ValueTask<string> Issue(AccessClaims claims)
    {
        var key = await keys.Signing();
        var written = TokenClaims.Write(claims, Issuer, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), time.GetUtcNow());
        return _handler.CreateToken(written, new SigningCredentials(key, Algorithm));
    }

    /// <summary>What a token says, or null if it is not one of ours. Whether it has expired is for the caller to check.</summary>
    public async ValueTask<AccessClaims?> Read(string token)
    {
        if (token.Length > MaxTokenChars)
            return null;
        var parts = token.Split('.', 4);
        if (parts.Length != 3 || !IsCanonical(parts[2]) || TokenClaims.ReadKeyId(parts[0], Algorithm) is not { } keyId)
            return null;
        if (await keys.Find(keyId) is not { } key)
            return null;
        var result = await _handler.ValidateTokenAsync(token, new()
        {
            ValidIssuer = Issuer,
            ValidateAudience = false,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = [Algorithm],
            // The library reads exp in seconds and would accept ours until the year 57,000: the caller checks it.
            ValidateLifetime = false,
        });
        return result.IsValid ? TokenClaims.Read(parts[1], time.GetUtcNow()) : null;
    }

    /// <summary>The last character of base64url has bits that mean nothing; with them, one token would have several texts.</summary>
    private static bool IsCanonical(string signature)
    {
        var bytes = new byte[signature.Length];
        return Base64Url.DecodeFromChars(signature, bytes, out _, out var length) == OperationStatus.Done
            && Base64Url.EncodeToString(bytes.AsSpan(0, length)).Equals(signature, StringComparison.Ordinal);
    }
}
