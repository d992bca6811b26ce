using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Signatures;

/// <summary>Signatures of ids against vectors made by OpenSSL and by Node, whole and damaged.</summary>
public sealed class IdSignatureVectorTests
{
    private static readonly string[] Algorithms = ["HS256", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

    private readonly IdSignatureVerifier _verifier = new(new(64 * 1024));
    private readonly Dictionary<(string Algorithm, string? PublicKey, string? Secret), IdSignatureSettings> _settings = [];

    public static TheoryData<string> EachAlgorithm => [.. Algorithms];

    [Fact]
    public void There_are_vectors_of_both_makers_for_each_algorithm_and_form()
    {
        foreach (var algorithm in Algorithms)
        {
            var vectors = SignatureVectors.All.Vectors.Where(vector => vector.Algorithm == algorithm).ToArray();
            Assert.Equal(["Node", "OpenSSL"], vectors.Select(vector => vector.By).Distinct().Order());
            Assert.Equal(3, vectors.Select(vector => vector.Id).Distinct().Count());
            Assert.Equal(algorithm.StartsWith("ES", StringComparison.Ordinal), vectors.Any(vector => vector.Form == "P1363"));
            Assert.Equal(algorithm.StartsWith("ES", StringComparison.Ordinal), vectors.Any(vector => vector.Form == "DER"));
        }
    }

    [Theory]
    [MemberData(nameof(EachAlgorithm))]
    public void Each_is_good_in_every_encoding(string algorithm)
    {
        foreach (var vector in SignatureVectors.All.Vectors.Where(vector => vector.Algorithm == algorithm))
        {
            foreach (var text in Encodings(vector.Bytes))
            {
                Assert.True(Verify(vector, vector.Id, text), $"{vector} as {text}");
                Assert.True(Verify(vector, vector.Id, text, "7"), $"{vector} as {text}, version named");
            }
        }
    }

    [Theory]
    [MemberData(nameof(EachAlgorithm))]
    public void None_is_good_for_another_id(string algorithm)
    {
        foreach (var vector in SignatureVectors.All.Vectors.Where(vector => vector.Algorithm == algorithm))
        {
            string[] others = [vector.Id + "x", vector.Id + "\0", vector.Id[..^1], " " + vector.Id, vector.Id.ToUpperInvariant(), "other", "\uD800"];
            foreach (var other in others)
                Assert.False(Verify(vector, other, vector.Hex), $"{vector} for '{other}'");
        }
    }

    [Theory]
    [MemberData(nameof(EachAlgorithm))]
    public void None_is_good_with_a_bit_flipped_or_a_byte_missing_or_added(string algorithm)
    {
        foreach (var vector in SignatureVectors.All.Vectors.Where(vector => vector.Algorithm == algorithm && vector.Id == "a"))
        {
            var bytes = vector.Bytes;
            for (var i = 0; i < bytes.Length; i++)
            {
                // Each byte, a different bit of each.
                byte[] flipped = [.. bytes];
                flipped[i] ^= (byte)(1 << (i % 8));
                Assert.False(Verify(vector, vector.Id, Convert.ToHexString(flipped)), $"{vector} with byte {i} changed");
            }
            foreach (var damaged in (byte[][])[bytes[..^1], bytes[1..], [.. bytes, 0], [0, .. bytes], [], [.. bytes, .. bytes]])
                Assert.False(Verify(vector, vector.Id, Convert.ToHexString(damaged)), $"{vector} with {damaged.Length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(EachAlgorithm))]
    public void None_is_good_under_another_algorithm_or_key(string algorithm)
    {
        var vector = SignatureVectors.Of(algorithm);
        foreach (var other in Algorithms.Where(other => other != algorithm))
        {
            Assert.False(Verify(vector with { Algorithm = other }, vector.Id, vector.Hex), $"{algorithm} as {other}");
            var otherKey = SignatureVectors.Of(other);
            Assert.False(Verify(otherKey, vector.Id, vector.Hex), $"{algorithm} with a key of {other}");
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    [InlineData("EdDSA")]
    public void The_text_of_a_public_key_is_no_secret(string algorithm)
    {
        // The classic confusion: everybody has the public key, and signs with it as if it were the shared secret.
        var vector = SignatureVectors.Of(algorithm);
        var forged = HMACSHA256.HashData(Encoding.UTF8.GetBytes(vector.PublicKey!), Encoding.UTF8.GetBytes(vector.Id));
        Assert.False(Verify(vector, vector.Id, Convert.ToHexString(forged)));
        Assert.False(Verify(vector with { Algorithm = "HS256" }, vector.Id, Convert.ToHexString(forged)));
    }

    [Fact]
    public void A_key_that_is_too_weak_or_of_another_kind_verifies_nothing()
    {
        foreach (var unfit in SignatureVectors.All.Unfit)
        {
            foreach (var algorithm in Algorithms)
            {
                var refused = Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read(algorithm, unfit.PublicKey, null));
                Assert.DoesNotContain(unfit.PublicKey, refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void What_is_no_public_key_is_refused(string pem)
    {
        foreach (var algorithm in Algorithms)
            Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read(algorithm, pem, null));
    }

    [Fact]
    public void A_public_key_with_something_around_it_is_refused()
    {
        var pem = SignatureVectors.Of("ES256").PublicKey!;
        Assert.NotNull(SignatureKey.Read("ES256", "\n" + pem + "\n", null));
        Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read("ES256", pem + pem, null));
        Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read("ES256", "key: " + pem, null));
    }

    [Theory]
    [InlineData(2_049)]
    [InlineData(2_050)]
    [InlineData(2_056)]
    public void The_longest_salt_is_good_whatever_the_modulus_has_of_bits_and_a_shorter_one_is_not(int bits)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new KeyGenerationParameters(new SecureRandom(), bits));
        var pair = generator.GenerateKeyPair();
        var publicKey = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public).GetDerEncoded();
        var key = SignatureKey.Read("PS256", PemEncoding.WriteString("PUBLIC KEY", publicKey), null);
        var longest = (bits - 1 + 7) / 8 - SHA256.HashSizeInBytes - 2;
        foreach (var (salt, isGood) in new[] { (longest, true), (SHA256.HashSizeInBytes, true), (longest - 1, false), (20, false), (0, false) })
        {
            var signer = new PssSigner(new RsaEngine(), new Sha256Digest(), salt);
            signer.Init(forSigning: true, pair.Private);
            signer.BlockUpdate("id"u8);
            var signature = signer.GenerateSignature();
            Assert.Equal(isGood, key.Verify("id"u8, signature));
            Assert.False(key.Verify("id2"u8, signature));
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void A_key_that_would_cost_too_much_is_refused(string algorithm)
    {
        // Reading it must not look for factors either: any number of this length will do.
        byte[] modulus = [0xff, .. new byte[510], 0xff, 0x01];
        var tooLong = PemOf(new() { Modulus = modulus, Exponent = [1, 0, 1] });
        Assert.Contains("4096 bits", Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read(algorithm, tooLong, null)).Message, StringComparison.Ordinal);
        var tooSlow = PemOf(new() { Modulus = modulus[..^1], Exponent = [1, 0, 0, 0, 1] });
        Assert.Contains("exponent", Assert.ThrowsAny<CryptographicException>(() => SignatureKey.Read(algorithm, tooSlow, null)).Message, StringComparison.Ordinal);
        Assert.NotNull(SignatureKey.Read(algorithm, PemOf(new() { Modulus = modulus[..^1], Exponent = [1, 0, 1] }), null));
    }

    private static string PemOf(RSAParameters numbers)
    {
        using var rsa = RSA.Create(numbers);
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    private bool Verify(SignatureVector vector, string id, string signature, string? version = null)
    {
        // One object for each key, as a class has it: else the key would be read each time.
        var key = (vector.Algorithm, vector.PublicKey, vector.Secret);
        if (!_settings.TryGetValue(key, out var settings))
            settings = _settings[key] = new(true, [new(7, vector.Algorithm, vector.PublicKey, vector.Secret, Enabled: true, Preferred: false)]);
        return _verifier.Verify(settings, id, signature, version) == 7;
    }

    private static IEnumerable<string> Encodings(byte[] bytes)
    {
        var hex = Convert.ToHexStringLower(bytes);
        var base64 = Convert.ToBase64String(bytes);
        var url = base64.Replace('+', '-').Replace('/', '_');
        return [hex, hex.ToUpperInvariant(), base64, base64.TrimEnd('='), url, url.TrimEnd('=')];
    }
}
