using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>The keys that access tokens are signed with; the one grain has the key 0.</summary>
[Alias("vaultrice.ISigningKeysGrain")]
public interface ISigningKeysGrain : IGrainWithIntegerKey
{
    /// <summary>All keys that are good for verification; the first one signs.</summary>
    [Alias("Get")]
    Task<ImmutableArray<SigningKey>> Get();
}

/// <summary>An ECDSA P-256 key pair.</summary>
/// <param name="Id">The <c>kid</c> in tokens.</param>
/// <param name="PrivateKey">PKCS#8; leaves the cluster's processes never.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.SigningKey")]
public sealed record SigningKey(
    [property: Id(0)] string Id,
    [property: Id(1)] ReadOnlyMemory<byte> PrivateKey);
