using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vaultrice.Gateway.Tests.Access.Identities;

/// <summary>JWTs put together by hand, so that they can be anything.</summary>
internal static class TestJwt
{
    /// <summary>A token of these claims.</summary>
    /// <param name="header">The header; its <c>alg</c> need not be how it is signed.</param>
    /// <param name="claims">The claims, as JSON text or as an object that becomes JSON.</param>
    /// <param name="sign">Makes the signature; null for an empty one.</param>
    public static string Of(object header, object claims, Func<byte[], byte[]>? sign)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign?.Invoke(Encoding.ASCII.GetBytes(signed)) ?? [])}";
    }

    public static string Hs256(object claims, string secret, object? header = null) =>
        Of(header ?? new { alg = "HS256", typ = "JWT" }, claims, data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), data));

    public static string Rs256(object claims, RSA key, string algorithm = "RS256") => Of(
        new { alg = algorithm, kid = "any" }, claims,
        data => key.SignData(data, HashAlgorithmName.SHA256, algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));

    public static string Es256(object claims, ECDsa key) =>
        Of(new { alg = "ES256" }, claims, data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    private static string Part(object json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json as string ?? JsonSerializer.Serialize(json)));
}
