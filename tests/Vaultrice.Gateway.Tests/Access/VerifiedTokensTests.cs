using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Gateway.Tests.Access.Identities;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>What is remembered of tokens and signatures is bounded for the whole process, and nobody's padding makes a token anew.</summary>
public sealed class VerifiedTokensTests
{
    private const int MaxBytes = 64 * 1024;

    private static readonly AccessClaims Claims = AccessClaims.OfKey("one", "key", null);

    [Fact]
    public void A_token_in_use_stays_while_others_come_and_are_forgotten()
    {
        var tokens = new Verified<VerifiedToken>(maxBytes: 4_000);
        var used = tokens.Add(new("used", Claims));
        for (var i = 0; i < 100; i++)
        {
            tokens.Add(new(i.ToString("D100", null), Claims));
            Assert.Same(used, tokens.Find("used"));
        }
        Assert.Null(tokens.Find(0.ToString("D100", null)));
        Assert.NotNull(tokens.Find(99.ToString("D100", null)));
    }

    [Fact]
    public void A_token_that_is_removed_is_gone()
    {
        var tokens = new Verified<VerifiedToken>(MaxBytes);
        tokens.Remove(tokens.Add(new("token", Claims)));
        Assert.Null(tokens.Find("token"));
        Assert.Equal(0, tokens.HeldBytes);
    }

    [Fact]
    public void A_token_that_is_removed_after_it_was_used_again_is_gone()
    {
        var tokens = new Verified<VerifiedToken>(maxBytes: 1_200);
        var used = tokens.Add(new("used", Claims));
        tokens.Add(new(1.ToString("D172", null), Claims));
        tokens.Add(new(2.ToString("D172", null), Claims));
        Assert.Same(used, tokens.Find("used"));
        tokens.Remove(used);
        Assert.Null(tokens.Find("used"));
    }

    [Fact]
    public void A_token_counts_as_long_as_it_is()
    {
        var tokens = new Verified<VerifiedToken>(MaxBytes);
        tokens.Add(new(new string('x', AccessTokens.MaxTokenChars), Claims));
        Assert.InRange(tokens.HeldBytes, AccessTokens.MaxTokenChars * sizeof(char), MaxBytes);
    }

    [Fact]
    public async Task Identity_tokens_of_all_classes_share_one_bound_and_one_in_use_stays()
    {
        var verified = new Verified<IdentityClaims>(MaxBytes);
        var verifier = new IdentityVerifier(verified, TimeProvider.System);
        IdentitySettings[] classes = [.. Enumerable.Range(0, 3).Select(i => new IdentitySettings(
            IdentityMode.Jwt, null, $"the shared secret of class {i}, long enough", null, [], null, null))];
        var used = await ClaimsOf(classes[0], "used");
        for (var i = 0; i < 300; i++)
        {
            await ClaimsOf(classes[i % 3], $"{i}");
            Assert.InRange(verified.HeldBytes, 1_000, 2 * MaxBytes);
            Assert.Same(used, await ClaimsOf(classes[0], "used"));
        }
        Assert.InRange(verified.HeldBytes, MaxBytes, 2 * MaxBytes);
        // What one class has verified is not taken by another, whose secret is another.
        Assert.Equal(StorageErrorCode.IdentityInvalid, (await Verify(classes[1], Token(classes[0], "used"))).Error?.Code);

        async Task<byte[]> ClaimsOf(IdentitySettings settings, string user)
        {
            var verdict = await Verify(settings, Token(settings, user));
            Assert.True(MemoryMarshal.TryGetArray(verdict.Identity!.Claims, out var claims));
            return claims.Array!;
        }

        ValueTask<IdentityVerdict> Verify(IdentitySettings settings, string token) =>
            verifier.Verify(settings, new(token, null), "{}"u8.ToArray(), standing: null);

        static string Token(IdentitySettings settings, string user) => TestJwt.Hs256(
            JsonSerializer.Serialize(new { sub = user, exp = 4_000_000_000, padding = new string('x', 1_000) }), settings.Secret!);
    }

    [Fact]
    public void Signatures_of_ids_of_all_classes_share_one_bound_and_one_in_use_stays()
    {
        var verified = new Verified<VerifiedIdSignature>(MaxBytes);
        var verifier = new IdSignatureVerifier(verified);
        IdSignatureSettings[] classes = [.. Enumerable.Range(0, 3).Select(_ => new IdSignatureSettings(
            Required: true, [new(1, "HS256", null, "secret", Enabled: true, Preferred: false)]))];
        Assert.Equal(1, Verify(0, "used"));
        for (var i = 0; i < 600; i++)
        {
            Assert.Equal(1, Verify(i % 3, $"{i}"));
            Assert.InRange(verified.HeldBytes, 400, 2 * MaxBytes);
            Assert.Equal(1, verifier.Find(classes[0], "used", Sign("used"), null));
        }
        Assert.InRange(verified.HeldBytes, MaxBytes, 2 * MaxBytes);
        // What one class has verified is not found for another, whose key might be another.
        Assert.Null(verifier.Find(classes[1], "used", Sign("used"), null));

        int? Verify(int @class, string id) => verifier.Verify(classes[@class], id, Sign(id), null);

        static string Sign(string id) => Convert.ToHexStringLower(HMACSHA256.HashData("secret"u8, Encoding.UTF8.GetBytes(id)));
    }

    [Fact]
    public async Task Padding_makes_no_other_token_and_a_header_longer_than_any_token_is_refused()
    {
        var gate = new TestGate();
        var token = await gate.Issue("one", "key");
        var longest = AccessTokens.MaxTokenChars - token.Length;
        var first = (await gate.Check("one", "Bearer " + token)).Value;
        Assert.Same(first, (await gate.Check("one", "Bearer " + new string(' ', longest) + token)).Value);
        TestGate.AssertInvalid(await gate.Check("one", "Bearer " + new string(' ', longest + 1) + token));
        TestGate.AssertInvalid(await gate.CheckKey("one", "Basic " + new string('A', AccessTokens.MaxTokenChars + 2)));
    }
}
