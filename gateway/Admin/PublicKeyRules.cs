using System.Formats.Asn1;
using System.Security.Cryptography;
using Vaultrice.Gateway.Access.Signatures;

namespace Vaultrice.Gateway.Admin;

/// <summary>What a public key must be like: one SubjectPublicKeyInfo in PEM, of the kind that the algorithms take.</summary>
internal static class PublicKeyRules
{
    /// <summary>The algorithms with a public key.</summary>
    public static readonly string[] Algorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

    private const int MaxLength = 8 * 1024;
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Ed25519 = "1.3.101.112";

    /// <summary>What is wrong with a key, or null.</summary>
    /// <param name="path">The member it is in.</param>
    /// <param name="pem">The key.</param>
    /// <param name="algorithms">All that it shall be used with; none for any.</param>
    public static StorageError? Check(string path, string pem, string[] algorithms)
    {
        if (pem.Length > MaxLength || !PemEncoding.TryFind(pem, out var fields))
            return NotAKey(path);
        var label = pem[fields.Label];
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
            return AdminErrors.Member(path, "is a private key, which is nobody else's business; send the public key, and make a new pair.");
        if (label == "CERTIFICATE")
            return AdminErrors.Member(path, "is a certificate; send its public key alone (openssl x509 -pubkey -noout).");
        if (label != "PUBLIC KEY" || pem.Remove(fields.Location.Start.Value, fields.Location.End.Value - fields.Location.Start.Value).Trim().Length > 0)
            return NotAKey(path);
        string? kind;
        try
        {
            kind = KindOf(Convert.FromBase64String(pem[fields.Base64Data]));
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or FormatException)
        {
            kind = null;
        }
        return kind is null ? NotAKey(path)
            : algorithms.All(algorithm => Fits(kind, algorithm)) ? null
            : AdminErrors.Member(path, $"is a key for {kind}*, which does not fit {string.Join(", ", algorithms)}.");
    }

    /// <summary>A key that passed, in the one form in which it is kept: without what else may stand around it and between its digits.</summary>
    public static string? Normalise(string? pem) =>
        pem is not null && PemEncoding.TryFind(pem, out var fields)
            ? PemEncoding.WriteString(pem[fields.Label], Convert.FromBase64String(pem[fields.Base64Data]))
            : null;

    private static StorageError NotAKey(string path) => AdminErrors.Member(
        path, $"must be one public key in PEM (-----BEGIN PUBLIC KEY-----): RSA of {RsaSignatureKey.MinBits} to {RsaSignatureKey.MaxBits} bits with an exponent of at most 32, ECDSA P-256, P-384 or P-521, or Ed25519.");

    private static bool Fits(string kind, string algorithm) =>
        kind == "RS" ? algorithm.StartsWith("RS", StringComparison.Ordinal) || algorithm.StartsWith("PS", StringComparison.Ordinal) : kind == algorithm;

    /// <summary>The algorithm of the key, <c>RS</c> for all of RSA; null when it is of no kind that is taken.</summary>
    private static string? KindOf(byte[] info)
    {
        var outer = new AsnReader(info, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        var algorithm = sequence.ReadSequence();
        var key = sequence.ReadBitString(out var unused);
        if (outer.HasData || sequence.HasData || unused != 0)
            return null;
        switch (algorithm.ReadObjectIdentifier())
        {
            case Rsa:
                // What is not read here would be stored, and verify nothing.
                _ = new RsaSignatureKey(info, RSASignaturePadding.Pkcs1);
                return "RS";
            case EllipticCurve:
                using (var curve = ECDsa.Create())
                {
                    curve.ImportSubjectPublicKeyInfo(info, out _);
                    return curve.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
                    {
                        "1.2.840.10045.3.1.7" => "ES256",
                        "1.3.132.0.34" => "ES384",
                        "1.3.132.0.35" => "ES512",
                        _ => null,
                    };
                }
            case Ed25519:
                return key.Length == 32 && !algorithm.HasData ? "EdDSA" : null;
            default:
                return null;
        }
    }
}
