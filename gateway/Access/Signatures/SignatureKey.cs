using System.Security.Cryptography;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>A key that signatures are verified with, for one algorithm and no other.</summary>
internal abstract class SignatureKey
{
    public const string Hs256 = "HS256";
    public const string Rs256 = "RS256";
    public const string Ps256 = "PS256";
    public const string Es256 = "ES256";
    public const string Es384 = "ES384";
    public const string Es512 = "ES512";
    public const string EdDsa = "EdDSA";

    /// <summary>Whether a signature has the form of one by this key, which costs nothing to see.</summary>
    public abstract bool Fits(ReadOnlySpan<byte> signature);

    /// <summary>Whether this is the signature of the data.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Reads a key.</summary>
    /// <param name="algorithm">One of the constants; curves go with hashes as in JWA: P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512.</param>
    /// <param name="publicKey">PEM (SubjectPublicKeyInfo), for all but HS256.</param>
    /// <param name="secret">Text, for HS256.</param>
    /// <exception cref="CryptographicException">The key is none, is too weak, or does not fit the algorithm; its message says what.</exception>
    public static SignatureKey Read(string algorithm, string? publicKey, string? secret) => algorithm switch
    {
        Hs256 => new HmacSignatureKey(secret),
        Rs256 => new RsaSignatureKey(PublicKeyOf(publicKey), RSASignaturePadding.Pkcs1),
        Ps256 => new RsaSignatureKey(PublicKeyOf(publicKey), RSASignaturePadding.Pss),
        Es256 => new EcSignatureKey(PublicKeyOf(publicKey), ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
        Es384 => new EcSignatureKey(PublicKeyOf(publicKey), ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
        Es512 => new EcSignatureKey(PublicKeyOf(publicKey), ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        EdDsa => new Ed25519SignatureKey(PublicKeyOf(publicKey)),
        _ => throw new CryptographicException($"The algorithm must be one of {Hs256}, {Rs256}, {Ps256}, {Es256}, {Es384}, {Es512} and {EdDsa}."),
    };

    private static byte[] PublicKeyOf(string? pem)
    {
        if (pem is null || !PemEncoding.TryFind(pem, out var fields) || !pem.AsSpan(fields.Label).SequenceEqual("PUBLIC KEY"))
            throw new CryptographicException("The public key must be PEM: -----BEGIN PUBLIC KEY-----.");
        if (!pem.AsSpan()[..fields.Location.Start.Value].IsWhiteSpace() || !pem.AsSpan()[fields.Location.End.Value..].IsWhiteSpace())
            throw new CryptographicException("The PEM must hold one public key and nothing else.");
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }
}
