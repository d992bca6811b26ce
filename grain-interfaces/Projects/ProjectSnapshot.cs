using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Vaultrice.Projects;

/// <summary>A project as gateways see it.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.ProjectSnapshot")]
public sealed record ProjectSnapshot(
    [property: Id(0)] string ProjectId,
    [property: Id(1)] string Name,
    [property: Id(2)] ImmutableArray<ApiKey> ApiKeys)
{
    /// <summary>The usable api key of this id, or null.</summary>
    public ApiKey? FindKey(string id)
    {
        foreach (var key in ApiKeys)
        {
            if (key.Enabled && key.Id == id)
                return key;
        }
        return null;
    }
}

/// <summary>An api key; of its secret only a hash is kept.</summary>
/// <param name="Id">What clients send as user name of <c>Basic</c> credentials.</param>
/// <param name="SecretHash">SHA-256 of the secret's UTF-8 bytes; secrets are random, so a fast hash keeps them.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Enabled">Whether it may be used.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ApiKey")]
public sealed record ApiKey(
    [property: Id(0)] string Id,
    [property: Id(1)] ReadOnlyMemory<byte> SecretHash,
    [property: Id(2)] long CreatedAt,
    [property: Id(3)] bool Enabled)
{
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in constant time.</summary>
    public bool HasSecret(string secret) => CryptographicOperations.FixedTimeEquals(Hash(secret), SecretHash.Span);
}
