using System.Security.Cryptography;
using System.Text;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Identities;

/// <summary>Identity proved by the HMAC of the user id.</summary>
public sealed class UserIdSignatureTests
{
    private readonly IdentityVerifier _verifier = new(new(64 * 1024), TimeProvider.System);

    [Theory]
    [InlineData("""{"userId":"alice"}""")]
    [InlineData("""{"name":"A","userId":"alice","id":"message-1"}""")]
    [InlineData("""{"sub":"alice"}""")]
    [InlineData("""{"id":"alice"}""")]
    [InlineData("""{"id":"other","sub":"alice"}""")]
    [InlineData("""{"userId":"\u0061lice"}""")]
    public async Task The_signature_must_be_one_of_the_user_id_in_the_payload(string payload)
    {
        Assert.Null(await Refused(payload, Sign("alice")));
        Assert.Null(await Refused(payload, Sign("alice").ToUpperInvariant()));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(payload, Sign("bob")));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(payload, Sign("alice", "other secret")));
    }

    [Fact]
    public async Task A_number_is_signed_as_JSON_writes_it()
    {
        Assert.Null(await Refused("""{"userId":42}""", Sign("42")));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused("""{"userId":42.0}""", Sign("42")));
    }

    [Fact]
    public async Task A_named_field_is_the_only_one_that_counts()
    {
        Assert.Null(await Refused("""{"user":"alice","userId":"bob"}""", Sign("alice"), Settings("user")));
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused("""{"userId":"alice"}""", Sign("alice"), Settings("user")));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"userId":null,"id":"alice"}""")]
    [InlineData("""{"userId":""}""")]
    [InlineData("""{"userId":true}""")]
    [InlineData("""{"userId":["alice"]}""")]
    [InlineData("""{"userId":{"id":"alice"}}""")]
    [InlineData("""{"userId":"\ud800"}""")]
    [InlineData("""["alice"]""")]
    [InlineData("\"alice\"")]
    [InlineData("null")]
    [InlineData("""" "{\"iv\":\"AA==\",\"data\":\"AA==\"}" """")]
    public async Task A_payload_without_a_readable_user_id_proves_nobody(string payload)
    {
        foreach (var signature in new[] { Sign("alice"), Sign(""), Sign("null"), Sign("true") })
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(payload, signature));
    }

    [Fact]
    public async Task Without_a_signature_it_is_missing_and_with_a_damaged_one_invalid()
    {
        const string payload = """{"userId":"alice"}""";
        Assert.Equal(StorageErrorCode.IdentityMissing, await Refused(payload, null));
        var good = Sign("alice");
        string[] damaged = [good[..^1], good[..^2], good + "00", "0", "zz" + good[2..], new string('0', 64), Convert.ToBase64String(Convert.FromHexString(good)), new string('a', 100_000)];
        foreach (var signature in damaged)
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(payload, signature));
        for (var i = 0; i < good.Length; i++)
        {
            var flipped = good.ToCharArray();
            flipped[i] = flipped[i] == '0' ? '1' : '0';
            Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused(payload, new(flipped)));
        }
    }

    [Fact]
    public async Task What_was_proved_before_stands_for_the_same_user_and_settings_only()
    {
        var proved = (await Verify("""{"userId":"alice","mood":"good"}""", Sign("alice"), Settings())).Identity!;
        Assert.Null((await Verify("""{"userId":"alice","mood":"bad"}""", null, Settings(), proved)).Error);
        Assert.Equal(StorageErrorCode.IdentityMismatch, (await Verify("""{"userId":"bob"}""", null, Settings(), proved)).Error?.Code);
        Assert.Equal(StorageErrorCode.IdentityInvalid, (await Verify("{}", null, Settings(), proved)).Error?.Code);
        Assert.Equal(StorageErrorCode.IdentityMissing, (await Verify("""{"userId":"alice"}""", null, Settings() with { Secret = "new" }, proved)).Error?.Code);
        // Who shows a proof is judged by it.
        Assert.Equal(StorageErrorCode.IdentityInvalid, (await Verify("""{"userId":"alice"}""", "00", Settings(), proved)).Error?.Code);
        Assert.Null((await Verify("""{"userId":"bob"}""", Sign("bob"), Settings(), proved)).Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_class_without_its_secret_lets_nobody_in(string? secret) =>
        Assert.Equal(StorageErrorCode.IdentityInvalid, await Refused("""{"userId":"alice"}""", Sign("alice", ""), Settings() with { Secret = secret }));

    [Fact]
    public async Task A_class_that_does_not_ask_takes_anything()
    {
        Assert.Null((await _verifier.Verify(null, default, TestPayload("1"), null)).Error);
        Assert.Null((await _verifier.Verify(Settings() with { Mode = IdentityMode.None }, default, TestPayload("1"), null)).Error);
    }

    private async Task<StorageErrorCode?> Refused(string payload, string? signature, IdentitySettings? settings = null) =>
        (await Verify(payload, signature, settings ?? Settings())).Error?.Code;

    private async Task<IdentityVerdict> Verify(string payload, string? signature, IdentitySettings settings, VerifiedIdentity? standing = null) =>
        await _verifier.Verify(settings, new(null, signature), TestPayload(payload), standing);

    private static byte[] TestPayload(string json) => Encoding.UTF8.GetBytes(json);

    private static IdentitySettings Settings(string? field = null) => new(IdentityMode.UserIdSignature, field, "secret", null, [], null, null);

    private static string Sign(string userId, string secret = "secret") =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(userId)));
}
