using Vaultrice.Gateway.Access;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>What is remembered of tokens is bounded, and nobody's padding makes a token anew.</summary>
public sealed class VerifiedTokensTests
{
    private static readonly AccessClaims Claims = AccessClaims.OfKey("one", "key", null);

    [Fact]
    public void A_token_in_use_stays_while_others_come_and_are_forgotten()
    {
        var tokens = new VerifiedTokens(maxChars: 1_000);
        var used = tokens.Add("used", Claims);
        for (var i = 0; i < 100; i++)
        {
            tokens.Add(i.ToString("D100", null), Claims);
            Assert.Same(used, tokens.Find("used"));
        }
        Assert.Null(tokens.Find(0.ToString("D100", null)));
        Assert.NotNull(tokens.Find(99.ToString("D100", null)));
    }

    [Fact]
    public void A_token_that_is_removed_is_gone()
    {
        var tokens = new VerifiedTokens();
        tokens.Remove(tokens.Add("token", Claims));
        Assert.Null(tokens.Find("token"));
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
