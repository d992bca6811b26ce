using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Issues and reads access tokens: JWTs signed with ES256 whose <c>exp</c> is in milliseconds, as the SDK reads it.</summary>
internal sealed class AccessTokens(IGrainFactory grains, TimeProvider time)
{
    /// <summary>How long a token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const string Issuer = "vaultrice";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = 8 * 1024 };
    private Task<ImmutableArray<ECDsaSecurityKey>>? _keys;

    /// <summary>Makes a token for an api key.</summary>
    public async ValueTask<string> Issue(string projectId, string apiKey)
    {
        var now = time.GetUtcNow();
        var claims = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["exp"] = (now + Lifetime).ToUnixTimeMilliseconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["id"] = apiKey,
            ["iss"] = Issuer,
            ["projectId"] = projectId,
            ["sub"] = apiKey,
        };
        var keys = await Keys();
        return _handler.CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(keys[0], SecurityAlgorithms.EcdsaSha256));
    }

    /// <summary>Who the token was issued to and until when (ms since the Unix epoch), or null if it is not one of ours.</summary>
    public async ValueTask<(Caller Caller, long ExpiresAt)?> Read(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, new()
        {
            ValidIssuer = Issuer,
            ValidateAudience = false,
            IssuerSigningKeys = await Keys(),
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            // The library reads exp in seconds and would accept ours until the year 57,000: the caller checks it.
            ValidateLifetime = false,
        });
        if (!result.IsValid
            || result.SecurityToken is not JsonWebToken jwt
            || !jwt.TryGetPayloadValue<long>("exp", out var expiresAt)
            || !jwt.TryGetPayloadValue<string>("sub", out var apiKey)
            || !jwt.TryGetPayloadValue<string>("projectId", out var projectId))
        {
            return null;
        }
        return (new(projectId, apiKey), expiresAt);
    }

    private Task<ImmutableArray<ECDsaSecurityKey>> Keys()
    {
        var keys = _keys;
        return keys is null || keys.IsFaulted || keys.IsCanceled ? _keys = Load() : keys;
    }

    private async Task<ImmutableArray<ECDsaSecurityKey>> Load()
    {
        var keys = ImmutableArray.CreateBuilder<ECDsaSecurityKey>();
        foreach (var key in await grains.GetGrain<ISigningKeysGrain>(0).Get())
        {
            var pair = ECDsa.Create();
            pair.ImportPkcs8PrivateKey(key.PrivateKey.Span, out _);
            keys.Add(new(pair) { KeyId = key.Id });
        }
        return keys.DrainToImmutable();
    }
}
