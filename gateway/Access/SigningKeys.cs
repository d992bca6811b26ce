using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>The keys that tokens are signed and verified with, asked for once.</summary>
internal sealed class SigningKeys(IGrainFactory grains)
{
    private Task<ImmutableArray<ECDsaSecurityKey>>? _keys;

    /// <summary>The key that signs.</summary>
    public async ValueTask<ECDsaSecurityKey> Signing() => (await Keys())[0];

    /// <summary>The key of this id, or null.</summary>
    public async ValueTask<ECDsaSecurityKey?> Find(string keyId) => (await Keys()).FirstOrDefault(key => key.KeyId == keyId);

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
