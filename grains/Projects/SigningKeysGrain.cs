using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>The signing keys, kept in grain storage; the first is made when first asked for, the others in turn.</summary>
/// <remarks>Gateways ask every minute, so a rotation that is due needs no timer of its own.</remarks>
[GrainType("vaultrice.signing-keys")]
internal sealed class SigningKeysGrain(
    [PersistentState("signing-keys")] IPersistentState<SigningKeysState> keys,
    IOptions<TokenOptions> options,
    TimeProvider time) : Grain, ISigningKeysGrain
{
    public async Task<ImmutableArray<SigningKey>> Get()
    {
        var now = Now();
        var present = WithoutEnded(keys.State.Keys, now);
        if (present.IsEmpty)
            present = [New(now)];
        else if (present[^1].SignsFrom + (long)options.Value.RotateSigningKeysEvery.TotalMilliseconds <= now)
            present = present.Add(New(now + (long)SigningKey.PublishedBefore.TotalMilliseconds));
        await Keep(present);
        return present;
    }

    public async Task<ImmutableArray<SigningKey>> Rotate(AuditEntry entry)
    {
        var present = await Get();
        var now = Now();
        if (present[^1].SignsFrom > now)
            return present;
        await GrainFactory.GetGrain<IAccountGrain>(Account.Root).Note(entry);
        await Keep(present.Add(New(now + (long)SigningKey.PublishedBefore.TotalMilliseconds)));
        return keys.State.Keys;
    }

    /// <summary>A key is done when all tokens have ended that it can have signed before the next one took over.</summary>
    private static ImmutableArray<SigningKey> WithoutEnded(ImmutableArray<SigningKey> all, long now)
    {
        var ended = 0;
        while (ended + 1 < all.Length && all[ended + 1].SignsFrom + (long)SigningKey.LongestToken.TotalMilliseconds < now)
            ended++;
        return all.RemoveRange(0, ended);
    }

    private static SigningKey New(long signsFrom)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), key.ExportPkcs8PrivateKey(), signsFrom);
    }

    private async Task Keep(ImmutableArray<SigningKey> changed)
    {
        var before = keys.State.Keys;
        if (changed.SequenceEqual(before))
            return;
        keys.State.Keys = changed;
        try
        {
            await keys.WriteStateAsync();
        }
        catch
        {
            // Nobody may sign with a key that is not kept; what the store has now is asked for anew.
            keys.State.Keys = before;
            DeactivateOnIdle();
            throw;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>What is stored of the signing keys.</summary>
[GenerateSerializer, Alias("vaultrice.SigningKeysState")]
internal sealed class SigningKeysState
{
    [Id(0)]
    public ImmutableArray<SigningKey> Keys { get; set; } = [];
}
