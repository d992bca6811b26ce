using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>The gate with a clock that a test moves, and with forgeries that need the signing key.</summary>
public sealed class AccessGateTests
{
    private const string Secret = "a secret of one project";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeGrains _grains;
    private readonly AccessTokens _tokens;
    private readonly AccessGate _gate;

    public AccessGateTests()
    {
        (var factory, _grains) = FakeGrains.Create();
        _grains.Add("one", "key", Secret);
        _grains.Add("two", "key", "a secret of another one");
        _tokens = new(new(factory), _time);
        _gate = new(new(factory, _time, NullLogger<ProjectSnapshots>.Instance), new(_tokens, new(new ServerQuotas(new(), isDevelopment: true), _time), _time), [new OriginCheck(), new PermissionCheck()]);
    }

    [Fact]
    public async Task A_token_is_good_until_its_hour_has_passed_and_then_expired()
    {
        var token = "Bearer " + await Issue("one", "key");
        var caller = (await Check("one", token)).Value!;
        Assert.Equal(("one", "key"), (caller.ProjectId, caller.ApiKey));
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.True((await Check("one", token)).Succeeded);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(StorageErrorCode.TokenExpired, (await Check("one", token)).Error!.Code);
        // Once more: what the gate remembers must not make it forget the age.
        Assert.Equal(StorageErrorCode.TokenExpired, (await Check("one", token)).Error!.Code);
    }

    [Fact]
    public async Task A_token_seen_for_the_first_time_after_its_hour_is_expired()
    {
        var token = "Bearer " + await Issue("one", "key");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(StorageErrorCode.TokenExpired, (await Check("one", token)).Error!.Code);
    }

    [Fact]
    public async Task A_token_of_one_project_is_refused_by_another_with_a_key_of_the_same_name()
    {
        var token = "Bearer " + await Issue("one", "key");
        Assert.True((await Check("one", token)).Succeeded);
        AssertInvalid(await Check("two", token));
    }

    [Fact]
    public async Task A_disabled_key_ends_its_tokens_and_its_secret_within_a_second()
    {
        var token = "Bearer " + await Issue("one", "key");
        var basic = TestServer.BasicOf("key", Secret);
        Assert.True((await Check("one", token)).Succeeded);
        Assert.True((await Check("one", basic)).Succeeded);
        _grains.Add("one", "key", Secret, enabled: false);
        _time.Advance(TimeSpan.FromSeconds(1));
        AssertInvalid(await Check("one", token));
        AssertInvalid(await Check("one", basic));
        AssertInvalid(await CheckKey("one", basic));
    }

    [Fact]
    public async Task A_token_for_a_key_that_never_was_is_refused()
    {
        AssertInvalid(await Check("one", "Bearer " + await Issue("one", "other")));
        AssertInvalid(await Check("nowhere", "Bearer " + await Issue("nowhere", "key")));
    }

    [Fact]
    public async Task A_forgery_signed_by_another_pair_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertInvalid(await Check("one", Signed(Header("ES256"), Claims(), data => other.SignData(data, HashAlgorithmName.SHA256))));
    }

    [Fact]
    public async Task The_public_key_used_as_a_shared_secret_is_refused()
    {
        foreach (var secret in new[]
        {
            _grains.Pair.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(_grains.Pair.ExportSubjectPublicKeyInfoPem()),
            _grains.Pair.ExportParameters(false).Q.X!,
            [],
        })
        {
            AssertInvalid(await Check("one", Signed(Header("HS256"), Claims(), data => HMACSHA256.HashData(secret, data))));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("")]
    public async Task A_proper_signature_under_another_algorithms_name_is_refused(string algorithm) =>
        AssertInvalid(await Check("one", Signed(Header(algorithm), Claims(), Sign)));

    [Theory]
    [InlineData("iss", "\"somebody\"")]
    [InlineData("iss", null)]
    [InlineData("sub", null)]
    [InlineData("sub", "5")]
    [InlineData("projectId", null)]
    [InlineData("projectId", "\"two\"")]
    [InlineData("exp", null)]
    [InlineData("exp", "\"later\"")]
    public async Task A_signed_token_with_a_claim_missing_or_of_the_wrong_form_is_refused(string claim, string? value) =>
        AssertInvalid(await Check("one", Signed(Header("ES256"), Claims((claim, value)), Sign)));

    [Fact]
    public async Task A_signed_token_whose_exp_is_in_seconds_has_expired_long_ago()
    {
        var seconds = _time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var refused = await Check("one", Signed(Header("ES256"), Claims(("exp", seconds)), Sign));
        Assert.Equal(StorageErrorCode.TokenExpired, refused.Error!.Code);
    }

    [Fact]
    public async Task The_forgeries_of_these_tests_would_pass_if_they_were_right() =>
        Assert.True((await Check("one", Signed(Header("ES256"), Claims(), Sign))).Succeeded);

    [Fact]
    public async Task A_secret_with_colons_is_taken_whole()
    {
        _grains.Add("three", "key", "a:b:c");
        Assert.True((await Check("three", TestServer.BasicOf("key", "a:b:c"))).Succeeded);
        AssertInvalid(await Check("three", TestServer.BasicOf("key", "a:b")));
        AssertInvalid(await Check("three", TestServer.BasicOf("key", "")));
    }

    private ValueTask<StorageResult<Caller>> Check(string projectId, string credentials) =>
        _gate.Check(new(projectId, AccessOperation.Read) { Credentials = credentials, Class = "c", Id = "i" });

    private ValueTask<StorageResult<Caller>> CheckKey(string projectId, string credentials) =>
        _gate.Check(new(projectId, AccessOperation.MintToken) { Credentials = credentials });

    private ValueTask<string> Issue(string projectId, string apiKey) => _tokens.Issue(
        AccessClaims.OfKey(projectId, apiKey, null) with { ExpiresAt = (_time.GetUtcNow() + AccessTokens.Lifetime).ToUnixTimeMilliseconds() });

    private static void AssertInvalid(StorageResult<Caller> result)
    {
        Assert.False(result.Succeeded);
        Assert.Equal(StorageErrorCode.CredentialsInvalid, result.Error!.Code);
    }

    private byte[] Sign(byte[] data) => _grains.Pair.SignData(data, HashAlgorithmName.SHA256);

    private static string Header(string algorithm) => $"{{\"alg\":\"{algorithm}\",\"kid\":\"{FakeGrains.KeyId}\",\"typ\":\"JWT\"}}";

    private string Claims(params (string Name, string? Value)[] changes)
    {
        var claims = new Dictionary<string, string?>
        {
            ["exp"] = _time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["iss"] = "\"vaultrice\"",
            ["projectId"] = "\"one\"",
            ["sub"] = "\"key\"",
        };
        foreach (var (name, value) in changes)
            claims[name] = value;
        return $"{{{string.Join(',', claims.Where(claim => claim.Value is not null).Select(claim => $"\"{claim.Key}\":{claim.Value}"))}}}";
    }

    private static string Signed(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}";
        return $"Bearer {signed}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
