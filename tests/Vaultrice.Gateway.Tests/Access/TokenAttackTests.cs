using System.Globalization;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Access;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>Tokens that were altered, or signed and yet wrong.</summary>
public sealed class TokenAttackTests
{
    private readonly TestGate _one = new();

    [Fact]
    public async Task A_token_flipped_in_any_bit_of_any_character_is_refused()
    {
        var token = await _one.Issue("one", "key");
        // Known, so that what the gate remembers of it is tried too.
        Assert.True((await _one.Check("one", "Bearer " + token)).Succeeded);
        for (var i = 0; i < token.Length; i++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                var flipped = (char)(token[i] ^ (1 << bit));
                TestGate.AssertInvalid(await _one.Check("one", $"Bearer {token[..i]}{flipped}{token[(i + 1)..]}"));
            }
        }
        Assert.True((await _one.Check("one", "Bearer " + token)).Succeeded);
    }

    [Fact]
    public async Task A_token_cut_short_anywhere_is_refused()
    {
        var token = await _one.Issue("one", "key");
        for (var length = 0; length < token.Length; length++)
            TestGate.AssertInvalid(await _one.Check("one", "Bearer " + token[..length]));
    }

    [Theory]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("A")]
    [InlineData("AAAA")]
    [InlineData(".")]
    [InlineData(".AAAA")]
    [InlineData(" x")]
    [InlineData("\0")]
    [InlineData(", Bearer x")]
    public async Task A_token_with_something_behind_it_is_refused(string tail) =>
        TestGate.AssertInvalid(await _one.Check("one", "Bearer " + await _one.Issue("one", "key") + tail));

    [Theory]
    [InlineData("\"crit\":[\"exp\"]")]
    [InlineData("\"crit\":[]")]
    [InlineData("\"jku\":\"https://attacker.example/keys.json\"")]
    [InlineData("\"jwk\":{\"kty\":\"EC\"}")]
    [InlineData("\"x5u\":\"https://attacker.example/cert.pem\"")]
    [InlineData("\"x5c\":[\"MIIB\"]")]
    [InlineData("\"zip\":\"DEF\"")]
    [InlineData("\"b64\":false")]
    [InlineData("\"cty\":\"JWT\"")]
    [InlineData("\"__proto__\":\"x\"")]
    [InlineData("\"alg\":\"none\"")]
    [InlineData("\"kid\":\"other\"")]
    [InlineData("\"typ\":\"at+jwt\"")]
    public async Task A_properly_signed_header_with_anything_more_or_twice_is_refused(string more)
    {
        var header = TestGate.Header("ES256");
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(), header[..^1] + "," + more + "}")));
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(), "{" + more + "," + header[1..])));
    }

    [Theory]
    [InlineData("""{"alg":"ES256","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"unknown","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":5,"typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"../../test-key","typ":"JWT"}""")]
    [InlineData("""{"alg":["ES256"],"kid":"test-key","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"\ud800","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"test-key","\ud800":"JWT"}""")]
    [InlineData("""["alg"]""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_header_that_names_no_key_of_ours_is_refused(string header) =>
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(), header)));

    [Theory]
    [InlineData("sub", "\"key\"")]
    [InlineData("projectId", "\"one\"")]
    [InlineData("exp", "9999999999999")]
    [InlineData("permissions", "[]")]
    public async Task A_signed_claim_that_is_there_twice_is_refused(string claim, string value)
    {
        var claims = _one.Claims((claim, value));
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed($"{claims[..^1]},\"{claim}\":{value}}}")));
    }

    [Theory]
    [InlineData("permissions", "\"read\"")]
    [InlineData("permissions", "[5]")]
    [InlineData("permissions", "{\"read\":true}")]
    [InlineData("scopes", "[]")]
    [InlineData("scopes", "{\"classes\":\"c\"}")]
    [InlineData("scopes", "{\"idPrefix\":5}")]
    [InlineData("origin", "5")]
    [InlineData("sid", "[]")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "9223372036854775808")]
    [InlineData("exp", "true")]
    public async Task A_signed_claim_of_the_wrong_form_is_refused(string claim, string value) =>
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims((claim, value)))));

    [Theory]
    [InlineData("__proto__")]
    [InlineData("constructor")]
    [InlineData("toString")]
    public async Task Prototype_like_names_are_names_and_nothing_else(string name)
    {
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(("sub", $"\"{name}\"")))));
        TestGate.AssertInvalid(await _one.Check(name, _one.Signed(_one.Claims(("projectId", $"\"{name}\"")))));
        // A member nobody asked for changes nothing.
        Assert.True((await _one.Check("one", _one.Signed(_one.Claims((name, "{\"permissions\":[\"write\"]}"))))).Succeeded);
        var read = _one.Signed(_one.Claims(("permissions", $"[\"read\",\"{name}\"]"), (name, "{\"permissions\":[\"write\"]}")));
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(read, AccessOperation.Write));
    }

    [Fact]
    public async Task A_token_is_good_from_its_nbf_on_and_not_before()
    {
        var later = _one.Time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds();
        var token = _one.Signed(_one.Claims(("nbf", later.ToString(CultureInfo.InvariantCulture))));
        TestGate.AssertInvalid(await _one.Check("one", token));
        _one.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await _one.Check("one", token)).Succeeded);
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("99999999999999999999")]
    [InlineData("null")]
    public async Task An_nbf_that_is_no_time_is_refused(string notBefore) =>
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(("nbf", notBefore)))));

    [Fact]
    public async Task A_huge_token_is_refused_even_if_it_is_signed()
    {
        Assert.True((await _one.Check("one", _one.Signed(_one.Claims(("x", $"\"{new string('x', 1_000)}\""))))).Succeeded);
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(("x", $"\"{new string('x', 8 * 1024)}\"")))));
    }

    [Fact]
    public async Task A_deeply_nested_claim_is_refused_and_harms_nobody() =>
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(("x", new string('[', 1_000) + new string(']', 1_000))))));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"iss":"\ud800"}""")]
    [InlineData("""{"iss":5,"exp":"x","aud":{},"nbf":[]}""")]
    [InlineData("""{"exp":1e999999}""")]
    public async Task Claims_that_are_no_claims_are_refused_signed_or_not(string claims)
    {
        TestGate.AssertInvalid(await _one.Check("one", _one.Signed(claims)));
        TestGate.AssertInvalid(await _one.Check("one", TestGate.Signed(TestGate.Header("ES256"), claims, _ => new byte[64])));
    }

    [Fact]
    public async Task An_encrypted_token_is_none_of_ours()
    {
        var parts = string.Join('.', Enumerable.Repeat(Base64UrlEncoder.Encode("""{"alg":"dir","enc":"A256GCM"}"""), 5));
        TestGate.AssertInvalid(await _one.Check("one", "Bearer " + parts));
    }

    [Fact]
    public async Task Each_token_is_another_one_even_within_a_millisecond() =>
        Assert.NotEqual(await _one.Issue("one", "key"), await _one.Issue("one", "key"));

    [Fact]
    public async Task Everything_a_token_says_is_ASCII_whatever_its_scopes_hold()
    {
        var token = await _one.Issue("one", "key", claims => claims with { Scopes = new(["größe", "部屋"], "ß-") });
        Assert.All(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.Split('.')[1])), c => Assert.True(char.IsAscii(c)));
        Assert.True((await _one.Check("Bearer " + token, AccessOperation.Read, @class: "部屋", id: "ß-1")).Succeeded);
        TestGate.AssertRefused(StorageErrorCode.ScopeDenied, await _one.Check("Bearer " + token, AccessOperation.Read, @class: "部屋", id: "1"));
    }
}
