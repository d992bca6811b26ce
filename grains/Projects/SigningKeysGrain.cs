using System.Collections.Immutable;
using System.Security.Cryptography;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>The signing keys, kept in grain storage; the first is made when first asked for.</summary>
[GrainType("vaultrice.signing-keys")]
internal sealed class SigningKeysGrain([PersistentState("signing-keys")] IPersistentState<SigningKeysState> keys)
    : Grain, ISigningKeysGrain
{
    public async Task<ImmutableArray<SigningKey>> Get()
    {
        if (keys.State.Keys.IsEmpty)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            keys.State.Keys = [new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), key.ExportPkcs8PrivateKey())];
            await keys.WriteStateAsync();
        }
        return keys.State.Keys;
    }
}

/// <summary>What is stored of the signing keys.</summary>
[GenerateSerializer, Alias("vaultrice.SigningKeysState")]
internal sealed class SigningKeysState
{
    [Id(0)]
    public ImmutableArray<SigningKey> Keys { get; set; } = [];
}
