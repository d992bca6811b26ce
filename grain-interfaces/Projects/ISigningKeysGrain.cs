using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>
/// The keys that access tokens are signed with; the one grain has the key 0. A key is published a while before it signs, so that
/// everybody knows it by then, and stays for verification until the last token that it can have signed has ended.
/// </summary>
[Alias("vaultrice.ISigningKeysGrain")]
public interface ISigningKeysGrain : IGrainWithIntegerKey
{
    /// <summary>All keys that are good for verification, in the order in which they start to sign; makes a new one when that is due.</summary>
    [Alias("Get")]
    Task<ImmutableArray<SigningKey>> Get();

    /// <summary>Makes a new key now; does nothing while one waits for its time to sign.</summary>
    /// <param name="entry">Who asks for it; written down in the log of the root account.</param>
    /// <returns>All keys.</returns>
    [Alias("Rotate")]
    Task<ImmutableArray<SigningKey>> Rotate(AuditEntry entry);
}

/// <summary>An ECDSA P-256 key pair.</summary>
/// <param name="Id">The <c>kid</c> in tokens.</param>
/// <param name="PrivateKey">PKCS#8; leaves the cluster's processes never.</param>
/// <param name="SignsFrom">When it starts to sign, in ms since the Unix epoch; until then it only verifies.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.SigningKey")]
public sealed record SigningKey(
    [property: Id(0)] string Id,
    [property: Id(1)] ReadOnlyMemory<byte> PrivateKey,
    [property: Id(2)] long SignsFrom)
{
    /// <summary>The longest that any token can live: what the SDK sets its timer by must fit into 31 bits of milliseconds.</summary>
    public static readonly TimeSpan LongestToken = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>How long a key is known before it signs: longer than gateways, and caches of the published keys, go without asking.</summary>
    public static readonly TimeSpan PublishedBefore = TimeSpan.FromMinutes(10);

    /// <summary>The one of some keys, in their order, that signs now (ms since the Unix epoch).</summary>
    public static SigningKey Signing(ImmutableArray<SigningKey> keys, long now)
    {
        var signing = keys[0];
        foreach (var key in keys)
        {
            if (key.SignsFrom <= now)
                signing = key;
        }
        return signing;
    }
}
