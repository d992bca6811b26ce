using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>The keys of tokens: published, and followed by others.</summary>
public sealed class SigningKeysTests(SharedServer shared)
{
    private readonly TestGate _one = new();

    [Fact]
    public async Task The_published_keys_verify_our_tokens_and_hold_nothing_private()
    {
        var token = (await shared.Server.NewObject().Token()).Ok().Body;
        var published = (await shared.Server.NewObject().SendAs(null, "GET", "/.well-known/jwks.json", headers: ("Origin", "https://anybody.example"))).Ok();
        Assert.Equal("*", published["access-control-allow-origin"]);
        Assert.Contains("max-age", published["cache-control"]!, StringComparison.Ordinal);
        foreach (var key in published.Json.GetProperty("keys").EnumerateArray())
            Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.EnumerateObject().Select(member => member.Name).Order());
        var verified = await new JsonWebTokenHandler().ValidateTokenAsync(token, new()
        {
            IssuerSigningKeys = new JsonWebKeySet(published.Body).Keys,
            ValidIssuer = "vaultrice",
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        Assert.True(verified.IsValid, verified.Exception?.Message);
    }

    [Fact]
    public async Task An_operator_rotates_the_keys_and_tokens_stay_good()
    {
        var calls = shared.Server.NewObject();
        var token = (await calls.Token()).Ok().Body;
        var keys = (await shared.Server.Admin.Post("signing-keys/rotate")).Ok().Json;
        Assert.Equal(2, keys.GetArrayLength());
        // Published, and not yet signing.
        Assert.Equal(keys[0].GetProperty("keyId").GetString(), KeyIdOf((await calls.Token()).Ok().Body));
        (await calls.SendAs("Bearer " + token, "GET", $"cache/{calls.ObjectPath}")).Ok();
        (await shared.Server.Admin.As("nonsense").Post("signing-keys/rotate")).Refused(401, "authenticationError.adminToken.invalid");
    }

    [Fact]
    public async Task A_gateway_takes_up_a_new_key_within_its_minute_and_goes_on_to_know_the_old_one()
    {
        var before = "Bearer " + await _one.Issue("one", "key");
        Assert.True((await _one.Check("one", before)).Succeeded);
        _one.Grains.AddSigningKey("second-key", _one.Time.GetUtcNow().AddMinutes(10));
        _one.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(FakeGrains.KeyId, KeyIdOf(await _one.Issue("one", "key")));
        _one.Time.Advance(TimeSpan.FromMilliseconds(1));
        var after = await _one.Issue("one", "key");
        Assert.Equal("second-key", KeyIdOf(after));
        Assert.True((await _one.Check("one", "Bearer " + after)).Succeeded);
        Assert.True((await _one.Check("one", before)).Succeeded);
    }

    [Fact]
    public async Task Tokens_that_name_unknown_keys_do_not_make_a_gateway_ask_all_the_time()
    {
        await _one.Issue("one", "key");
        var asked = _one.Grains.SigningKeysAsked;
        _one.Time.Advance(TimeSpan.FromSeconds(6));
        for (var i = 0; i < 100; i++)
            TestGate.AssertInvalid(await _one.Check("one", _one.Signed(_one.Claims(), $"{{\"alg\":\"ES256\",\"kid\":\"unknown-{i}\"}}")));
        Assert.Equal(asked + 1, _one.Grains.SigningKeysAsked);
    }

    [Fact]
    public async Task A_key_that_no_longer_is_published_verifies_nothing_new()
    {
        var token = await _one.Issue("one", "key");
        _one.Grains.AddSigningKey("second-key", _one.Time.GetUtcNow());
        _one.Grains.DropSigningKey(FakeGrains.KeyId);
        _one.Time.Advance(TimeSpan.FromMinutes(1));
        TestGate.AssertInvalid(await _one.Check("one", "Bearer " + token));
    }

    private static string KeyIdOf(string token)
    {
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.Split('.')[0])));
        return header.RootElement.GetProperty("kid").GetString()!;
    }
}
