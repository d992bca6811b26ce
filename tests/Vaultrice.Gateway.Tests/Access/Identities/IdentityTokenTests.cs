using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Identities;

/// <summary>Identity proved by a JWT of the app's identity provider.</summary>
public sealed class IdentityTokenTests
{
    private const string Secret = "a shared secret of 32 characters";

    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly IdentityVerifier _verifier;
    private readonly IdentitySettings _hmac = Settings(secret: Secret);
    private readonly IdentitySettings _rsa = Settings(publicKey: Rsa.ExportSubjectPublicKeyInfoPem());
    private readonly IdentitySettings _ec = Settings(publicKey: Ec.ExportSubjectPublicKeyInfoPem());

    public IdentityTokenTests() => _verifier = new(new(64 * 1024), _time);

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task Tokens_of_the_class_s_key_are_good()
    {
        Assert.Null(await Refused(_hmac, TestJwt.Hs256(Alice, Secret)));
        Assert.Null(await Refused(_rsa, TestJwt.Rs256(Alice, Rsa)));
        Assert.Null(await Refused(_rsa, TestJwt.Rs256(Alice, Rsa, "PS256")));
        Assert.Null(await Refused(_ec, TestJwt.Es256(Alice, Ec)));
    }

    [Fact]
    public async Task EdDSA_is_known_too()
    {
        var pair = new Ed25519KeyPairGenerator();
        pair.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        var key = pair.GenerateKeyPair();
        var pem = PemEncoding.WriteString("PUBLIC KEY", SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key.Public).GetEncoded());
        var token = TestJwt.Of(new { alg = "EdDSA" }, Alice, data =>
        {
            var signer = new Ed25519Signer();
            signer.Init(forSigning: true, key.Private);
            signer.BlockUpdate(data);
            return signer.GenerateSignature();
        });
        Assert.Null(await Refused(Settings(publicKey: pem), token));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(Settings(publicKey: pem), token[..^4] + "AAAA"));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(Settings(publicKey: pem), TestJwt.Of(new { alg = "none" }, Alice, null)));
    }

    [Fact]
    public async Task No_token_is_missing_and_what_is_none_is_invalid()
    {
        Assert.Equal(StorageErrorCode.IdentityMissing, await Refused(_hmac, null));
        var good = TestJwt.Hs256(Alice, Secret);
        string[] bad =
        [
            "x", "a.b", "a.b.c", "..", good + ".", good[..^1], good[1..], "Bearer " + good, good + "." + good, new string('a', 100_000),
            TestJwt.Hs256("[]", Secret), TestJwt.Hs256("1", Secret), TestJwt.Hs256("{", Secret), TestJwt.Hs256("", Secret),
        ];
        foreach (var token in bad)
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, token));
    }

    [Fact]
    public async Task A_token_with_any_character_changed_is_invalid()
    {
        var good = TestJwt.Hs256(Alice, Secret);
        for (var i = 0; i < good.Length - 1; i++)
        {
            if (good[i] == '.')
                continue;
            var changed = good.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'Q' : 'A';
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, new(changed)));
        }
    }

    [Fact]
    public async Task No_algorithm_but_those_of_the_key_is_accepted()
    {
        var pem = Rsa.ExportSubjectPublicKeyInfoPem();
        // alg=none, and the public key taken for a shared secret, with and without the settings' consent.
        foreach (var settings in new[] { _rsa, _rsa with { Algorithms = ["HS256", "none"] }, _rsa with { Algorithms = ["RS256", "HS256"] } })
        {
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, TestJwt.Of(new { alg = "none" }, Alice, null)));
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, TestJwt.Of(new { alg = "None" }, Alice, null)));
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, TestJwt.Hs256(Alice, pem)));
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, TestJwt.Hs256(Alice, pem.TrimEnd())));
        }
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, TestJwt.Rs256(Alice, Rsa)));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_ec, TestJwt.Rs256(Alice, Rsa)));
    }

    [Fact]
    public async Task The_settings_pin_the_algorithm()
    {
        var pinned = _rsa with { Algorithms = ["PS256"] };
        Assert.Null(await Refused(pinned, TestJwt.Rs256(Alice, Rsa, "PS256")));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(pinned, TestJwt.Rs256(Alice, Rsa)));
    }

    [Fact]
    public async Task Keys_that_a_token_brings_along_are_not_used()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(false).Q;
        var jwk = new { kty = "EC", crv = "P-256", x = Encode(point.X!), y = Encode(point.Y!) };
        var token = TestJwt.Of(
            new { alg = "ES256", jwk, jku = "https://attacker.example/keys", x5u = "https://attacker.example/cert" }, Alice,
            data => own.SignData(data, HashAlgorithmName.SHA256));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_ec, token));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, TestJwt.Hs256(Alice, Secret, new { alg = "HS256", crit = new[] { "b64" }, b64 = false })));
    }

    [Fact]
    public async Task A_token_is_good_from_nbf_to_exp_with_a_minute_for_clocks_that_differ()
    {
        var token = TestJwt.Hs256(new { sub = "alice", nbf = Now + 100, exp = Now + 200 }, Secret);
        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Refused(_hmac, token));
        _time.Advance(TimeSpan.FromSeconds(219));
        Assert.Null(await Refused(_hmac, token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, token));
    }

    [Fact]
    public async Task A_token_that_never_ends_is_refused_and_so_is_one_with_exp_in_milliseconds()
    {
        object[] endless =
        [
            new { sub = "alice" }, new { sub = "alice", exp = (Now + 60) * 1000 }, new { sub = "alice", exp = "4000000000" },
            """{"sub":"alice","exp":1e400}""", """{"sub":"alice","exp":null}""", new { sub = "alice", exp = Now + 100, nbf = "0" },
            $$"""{"sub":"alice","exp":{{Now - 100}},"exp":{{Now + 100}}}""",
        ];
        foreach (var claims in endless)
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(_hmac, TestJwt.Hs256(claims, Secret)));
    }

    [Fact]
    public async Task Issuer_and_audience_are_checked_if_the_class_names_them()
    {
        var settings = _hmac with { Issuer = "https://login.example", Audience = "app" };
        Assert.Null(await Refused(settings, Claiming(new { iss = "https://login.example", aud = "app", exp = Now + 100 })));
        Assert.Null(await Refused(settings, Claiming(new { iss = "https://login.example", aud = new[] { "x", "app" }, exp = Now + 100 })));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, Claiming(new { iss = "https://login.example", exp = Now + 100 })));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, Claiming(new { aud = "app", exp = Now + 100 })));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(settings, Claiming(new { iss = "https://login.example.evil", aud = "app", exp = Now + 100 })));

        static string Claiming(object claims) => TestJwt.Hs256(claims, Secret);
    }

    [Theory]
    [InlineData("""{"sub":"alice","mood":"good"}""", true)]
    [InlineData("""{"mood":"good"}""", true)]
    [InlineData("""{"role":["a",{"b":1.0}]}""", true)]
    [InlineData("""{"sub":"\u0061lice"}""", true)]
    [InlineData("\"ciphertext\"", true)]
    [InlineData("[1]", true)]
    [InlineData("""{"sub":"bob"}""", false)]
    [InlineData("""{"sub":null}""", false)]
    [InlineData("""{"sub":"alice","role":["a"]}""", false)]
    [InlineData("""{"role":["a",{"b":2}]}""", false)]
    [InlineData("""{"exp":1}""", false)]
    [InlineData("""{"sub":"\ud800"}""", false)]
    public async Task Each_claim_that_the_payload_has_too_must_be_equal(string payload, bool isGood)
    {
        var token = TestJwt.Hs256(new { sub = "alice", role = new object[] { "a", new { b = 1 } }, exp = Now + 100 }, Secret);
        Assert.Equal(isGood ? null : StorageErrorCode.IdentityMismatch, await Refused(_hmac, token, payload));
    }

    [Theory]
    [InlineData("""{"userId":"alice"}""", true)]
    [InlineData("""{"name":"anything"}""", true)]
    [InlineData("""{"userId":"bob"}""", false)]
    [InlineData("""{"userId":["alice"]}""", false)]
    public async Task A_named_user_id_must_be_the_token_s_subject(string payload, bool isGood) => Assert.Equal(
        isGood ? null : StorageErrorCode.IdentityMismatch, await Refused(_hmac with { UserIdField = "userId" }, TestJwt.Hs256(Alice, Secret), payload));

    [Fact]
    public async Task What_was_proved_before_stands_as_long_as_nothing_contradicts_it()
    {
        var proved = (await Verify(_hmac, TestJwt.Hs256(Alice, Secret), """{"sub":"alice"}""")).Identity!;
        // Within the resume window the end of the token does not matter.
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null((await Verify(_hmac, null, """{"sub":"alice","mood":"good"}""", proved)).Error);
        Assert.Null((await Verify(_hmac, null, "\"ciphertext\"", proved)).Error);
        Assert.Equal(StorageErrorCode.IdentityMismatch, (await Verify(_hmac, null, """{"sub":"bob"}""", proved)).Error?.Code);
        Assert.Equal(StorageErrorCode.IdentityMissing, (await Verify(_rsa, null, """{"sub":"alice"}""", proved)).Error?.Code);
        Assert.Equal(StorageErrorCode.IdentityMissing, (await Verify(_hmac with { Audience = "x" }, null, """{"sub":"alice"}""", proved)).Error?.Code);
    }

    private object Alice => new { sub = "alice", exp = Now + 3600 };

    private async Task<StorageErrorCode?> Refused(IdentitySettings settings, string? token, string payload = "{}") =>
        (await Verify(settings, token, payload)).Error?.Code;

    private async Task<IdentityVerdict> Verify(IdentitySettings settings, string? token, string payload, VerifiedIdentity? standing = null) =>
        await _verifier.Verify(settings, new(token, null), Encoding.UTF8.GetBytes(payload), standing);

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static IdentitySettings Settings(string? secret = null, string? publicKey = null) =>
        new(IdentityMode.Jwt, null, secret, publicKey, [], null, null);
}
