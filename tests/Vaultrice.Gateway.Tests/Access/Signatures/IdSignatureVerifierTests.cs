using System.Security.Cryptography;
using System.Text;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Signatures;

/// <summary>Which of a class's keys a signature may be of, and which texts are signatures at all.</summary>
public sealed class IdSignatureVerifierTests
{
    private readonly IdSignatureVerifier _verifier = new(new(64 * 1024));

    [Fact]
    public void A_named_version_is_the_only_one_that_will_do()
    {
        var settings = Settings(Key(1, "one"), Key(2, "two"));
        Assert.Equal(1, _verifier.Verify(settings, "id", Sign("one", "id"), "1"));
        Assert.Null(_verifier.Verify(settings, "id", Sign("one", "id"), "2"));
        Assert.Null(_verifier.Verify(settings, "id", Sign("one", "id"), "3"));
        Assert.Equal(2, _verifier.Verify(settings, "id", Sign("two", "id"), "2"));
    }

    [Fact]
    public void Without_a_named_version_any_enabled_key_will_do()
    {
        var settings = Settings(Key(1, "one"), Key(2, "two") with { Preferred = true });
        Assert.Equal(1, _verifier.Verify(settings, "id", Sign("one", "id"), null));
        Assert.Equal(2, _verifier.Verify(settings, "id", Sign("two", "id"), null));
        Assert.Null(_verifier.Verify(settings, "id", Sign("three", "id"), null));
    }

    [Fact]
    public void The_preferred_key_is_tried_first()
    {
        var settings = Settings(Key(1, "same"), Key(2, "same") with { Preferred = true });
        Assert.Equal(2, _verifier.Verify(settings, "id", Sign("same", "id"), null));
    }

    [Fact]
    public void Of_very_many_keys_the_newest_are_tried_and_an_older_one_must_be_named()
    {
        var settings = Settings([.. Enumerable.Range(1, IdSignatureKeys.MaxTried + 1).Select(i => Key(i, $"{i}"))]);
        Assert.Equal(2, _verifier.Verify(settings, "id", Sign("2", "id"), null));
        Assert.Null(_verifier.Verify(settings, "id", Sign("1", "id"), null));
        Assert.Equal(1, _verifier.Verify(settings, "id", Sign("1", "id"), "1"));
    }

    [Fact]
    public void A_disabled_key_is_good_for_nothing()
    {
        var settings = Settings(Key(1, "one") with { Enabled = false, Preferred = true }, Key(2, "two"));
        Assert.Null(_verifier.Verify(settings, "id", Sign("one", "id"), null));
        Assert.Null(_verifier.Verify(settings, "id", Sign("one", "id"), "1"));
    }

    [Fact]
    public void New_settings_are_judged_anew()
    {
        var key = Key(1, "one");
        var signature = Sign("one", "id");
        Assert.Equal(1, _verifier.Verify(Settings(key), "id", signature, null));
        Assert.Null(_verifier.Verify(Settings(key with { Enabled = false }), "id", signature, null));
        Assert.Null(_verifier.Verify(Settings(key with { Secret = "other" }), "id", signature, null));
    }

    [Fact]
    public void A_remembered_signature_is_good_for_its_id_and_version_only()
    {
        var settings = Settings(Key(1, "one"));
        var signature = Sign("one", "id");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, _verifier.Verify(settings, "id", signature, null));
            Assert.Null(_verifier.Verify(settings, "id2", signature, null));
            // Nor for one that only together with what is sent as its signature comes to the same text.
            Assert.Null(_verifier.Verify(settings, "i", "d" + signature, null));
            Assert.Null(_verifier.Verify(settings, "id", signature, "2"));
        }
    }

    [Fact]
    public void More_signatures_than_are_remembered_stay_good()
    {
        var settings = Settings(Key(1, "one"));
        for (var i = 0; i < 10_000; i++)
            Assert.Equal(1, _verifier.Verify(settings, $"id-{i}", Sign("one", $"id-{i}"), null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.0")]
    [InlineData("-1")]
    [InlineData(" 1")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("one")]
    [InlineData("99999999999")]
    public void A_version_that_is_no_number_names_no_key(string version)
    {
        var settings = Settings(Key(1, "one"));
        Assert.Null(_verifier.Verify(settings, "id", Sign("one", "id"), version));
    }

    [Fact]
    public void A_text_that_is_hex_and_base64_is_read_as_both()
    {
        // 48 bytes whose base64 has hex digits alone stand for 24 other bytes in hex: whoever signs decides what is meant.
        const string text = "aaaabbbbccccddddeeeeffff00001111";
        Assert.Equal([Convert.FromHexString(text), Convert.FromBase64String(text)], SignatureText.Readings(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("abc=d")]
    [InlineData("QUI===")]
    [InlineData("QQ=")]
    [InlineData("Q Q=")]
    [InlineData("QQ==\n")]
    [InlineData("QR==")]
    [InlineData("+-AA")]
    [InlineData("ä§AA")]
    [InlineData("QUJD,QUJD")]
    public void What_is_none_of_the_encodings_is_not_read(string text) => Assert.Empty(SignatureText.Readings(text));

    [Fact]
    public void A_text_too_long_is_not_read()
    {
        Assert.NotEmpty(SignatureText.Readings(new string('a', SignatureText.MaxLength)));
        Assert.Empty(SignatureText.Readings(new string('a', SignatureText.MaxLength + 4)));
    }

    private static IdSignatureSettings Settings(params IdSignatureKey[] keys) => new(Required: true, [.. keys]);

    private static IdSignatureKey Key(int version, string secret) => new(version, "HS256", null, secret, Enabled: true, Preferred: false);

    private static string Sign(string secret, string id) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(id)));
}
