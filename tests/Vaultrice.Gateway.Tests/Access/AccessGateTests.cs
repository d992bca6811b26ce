using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>The gate with a clock that a test moves, and with forgeries that need the signing key.</summary>
public sealed class AccessGateTests
{
    private readonly TestGate _one = new();

    [Fact]
    public async Task A_token_is_good_until_its_hour_has_passed_and_then_expired()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        var caller = (await _one.Check("one", token)).Value!;
        Assert.Equal(("one", "key"), (caller.ProjectId, caller.ApiKey));
        _one.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.True((await _one.Check("one", token)).Succeeded);
        _one.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(StorageErrorCode.TokenExpired, (await _one.Check("one", token)).Error!.Code);
        // Once more: what the gate remembers must not make it forget the age.
        Assert.Equal(StorageErrorCode.TokenExpired, (await _one.Check("one", token)).Error!.Code);
    }

    [Fact]
    public async Task A_token_seen_for_the_first_time_after_its_hour_is_expired()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        _one.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(StorageErrorCode.TokenExpired, (await _one.Check("one", token)).Error!.Code);
    }

    [Fact]
    public async Task A_token_of_one_project_is_refused_by_another_with_a_key_of_the_same_name()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        Assert.True((await _one.Check("one", token)).Succeeded);
        TestGate.AssertInvalid(await _one.Check("two", token));
    }

    [Fact]
    public async Task No_project_is_looked_for_before_credentials_could_be_its_own()
    {
        TestGate.AssertRefused(StorageErrorCode.CredentialsMissing, await _one.Check("nowhere", ""));
        TestGate.AssertInvalid(await _one.Check("nowhere", "Bearer a.b.c"));
        TestGate.AssertInvalid(await _one.Check("nowhere", "Bearer " + await _one.Issue("one", "key")));
        TestGate.AssertInvalid(await _one.Check("nowhere", "Basic ?"));
        TestGate.AssertInvalid(await _one.Check("nowhere", "Digest a"));
        Assert.Equal(0, _one.Grains.ProjectsAsked);
    }

    [Fact]
    public async Task Ids_of_no_project_do_not_displace_projects_that_are_known()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        Assert.True((await _one.Check("one", token)).Succeeded);
        for (var i = 0; i < 10_001; i++)
            TestGate.AssertInvalid(await _one.Check($"nowhere{i}", TestServer.BasicOf("key", TestGate.Secret)));
        var asked = _one.Grains.ProjectsAsked;
        Assert.True((await _one.Check("one", token)).Succeeded);
        TestGate.AssertInvalid(await _one.Check("nowhere10000", TestServer.BasicOf("key", TestGate.Secret)));
        Assert.Equal(asked, _one.Grains.ProjectsAsked);
    }

    [Fact]
    public async Task A_disabled_key_ends_its_tokens_and_its_secret_within_a_second()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        var basic = TestServer.BasicOf("key", TestGate.Secret);
        Assert.True((await _one.Check("one", token)).Succeeded);
        Assert.True((await _one.Check("one", basic)).Succeeded);
        _one.Grains.Add("one", "key", TestGate.Secret, enabled: false);
        _one.Time.Advance(TimeSpan.FromSeconds(1));
        TestGate.AssertInvalid(await _one.Check("one", token));
        TestGate.AssertInvalid(await _one.Check("one", basic));
        TestGate.AssertInvalid(await _one.CheckKey("one", basic));
    }

    [Fact]
    public async Task A_token_for_a_key_that_never_was_is_refused()
    {
        TestGate.AssertInvalid(await _one.Check("one", "Bearer " + await _one.Issue("one", "other")));
        TestGate.AssertInvalid(await _one.Check("nowhere", "Bearer " + await _one.Issue("nowhere", "key")));
    }

    [Fact]
    public async Task A_forgery_signed_by_another_pair_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        TestGate.AssertInvalid(await _one.Check("one", TestGate.Signed(TestGate.Header("ES256"), _one.Claims(), data => other.SignData(data, HashAlgorithmName.SHA256))));
    }

    [Fact]
    public async Task The_public_key_used_as_a_shared_secret_is_refused()
    {
        foreach (var secret in new[]
        {
            _one.Grains.Pair.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(_one.Grains.Pair.ExportSubjectPublicKeyInfoPem()),
            _one.Grains.Pair.ExportParameters(false).Q.X!,
            [],
        })
        {
            TestGate.AssertInvalid(await _one.Check("one", TestGate.Signed(TestGate.Header("HS256"), _one.Claims(), data => HMACSHA256.HashData(secret, data))));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("")]
    public async Task A_proper_signature_under_another_algorithms_name_is_refused(string algorithm) =>
        TestGate.AssertInvalid(await _one.Check("one", TestGate.Signed(TestGate.Header(algorithm), _one.Claims(), _one.Sign)));

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
        TestGate.AssertInvalid(await _one.Check("one", TestGate.Signed(TestGate.Header("ES256"), _one.Claims((claim, value)), _one.Sign)));

    [Fact]
    public async Task A_signed_token_whose_exp_is_in_seconds_has_expired_long_ago()
    {
        var seconds = _one.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var refused = await _one.Check("one", TestGate.Signed(TestGate.Header("ES256"), _one.Claims(("exp", seconds)), _one.Sign));
        Assert.Equal(StorageErrorCode.TokenExpired, refused.Error!.Code);
    }

    [Fact]
    public async Task The_forgeries_of_these_tests_would_pass_if_they_were_right() =>
        Assert.True((await _one.Check("one", TestGate.Signed(TestGate.Header("ES256"), _one.Claims(), _one.Sign))).Succeeded);

    [Fact]
    public async Task A_secret_with_colons_is_taken_whole()
    {
        _one.Grains.Add("three", "key", "a:b:c");
        Assert.True((await _one.Check("three", TestServer.BasicOf("key", "a:b:c"))).Succeeded);
        TestGate.AssertInvalid(await _one.Check("three", TestServer.BasicOf("key", "a:b")));
        TestGate.AssertInvalid(await _one.Check("three", TestServer.BasicOf("key", "")));
    }
}
