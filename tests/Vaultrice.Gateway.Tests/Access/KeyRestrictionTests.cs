using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>What a key and its tokens may do, from where, to which objects; and that what is changed later acts on both.</summary>
public sealed class KeyRestrictionTests
{
    private const string Here = "https://app.example.com";
    private readonly TestGate _one = new();
    private readonly string _basic = TestServer.BasicOf("key", TestGate.Secret);

    [Fact]
    public async Task A_restricted_key_is_good_from_its_origins_and_nowhere_else()
    {
        _one.Change(key => key with { Origins = [Here, "https://*.example.org", "http://localhost:3000"] });
        foreach (var credentials in new[] { _basic, "Bearer " + await _one.Issue("one", "key") })
        {
            foreach (var good in new[] { Here, "https://a.example.org", "https://a.b.example.org", "http://localhost:3000", "HTTPS://App.Example.Com", $"{Here}:443" })
                Assert.True((await _one.Check(credentials, AccessOperation.Read, good)).Succeeded, good);
            foreach (var other in new[]
            {
                "https://example.com", "http://app.example.com", $"{Here}:444", "https://app.example.com.attacker.example", "https://example.org",
                "https://attackerexample.org", "http://localhost", "null", "file://", Here + "/", Here + "/path", Here + ", " + Here, Here + "," + Here,
                "https://user@app.example.com", " ", "*", "https://*.example.org", "https://app.example.com\u0000",
            })
            {
                TestGate.AssertRefused(StorageErrorCode.OriginMismatch, await _one.Check(credentials, AccessOperation.Read, other));
            }
            TestGate.AssertRefused(StorageErrorCode.OriginMissing, await _one.Check(credentials, AccessOperation.Read));
            TestGate.AssertRefused(StorageErrorCode.OriginMissing, await _one.Check(credentials, AccessOperation.Read, ""));
        }
    }

    [Fact]
    public async Task A_key_whose_origins_make_no_sense_is_good_from_nowhere()
    {
        _one.Change(key => key with { Origins = ["nonsense"] });
        TestGate.AssertRefused(StorageErrorCode.OriginMismatch, await _one.Check(_basic, AccessOperation.Read, "nonsense"));
    }

    [Fact]
    public async Task A_token_minted_with_an_origin_is_good_for_that_origin_only()
    {
        var token = "Bearer " + await _one.Issue("one", "key", claims => claims with { Origin = Here });
        Assert.True((await _one.Check(token, AccessOperation.Read, Here)).Succeeded);
        TestGate.AssertRefused(StorageErrorCode.OriginMissing, await _one.Check(token, AccessOperation.Read));
        TestGate.AssertRefused(StorageErrorCode.OriginMismatch, await _one.Check(token, AccessOperation.Read, "https://other.example.com"));
        // Nor where its key is no longer good.
        _one.Change(key => key with { Origins = ["https://other.example.com"] });
        TestGate.AssertRefused(StorageErrorCode.OriginMismatch, await _one.Check(token, AccessOperation.Read, Here));
    }

    [Fact]
    public async Task Several_origins_are_refused_even_for_a_key_that_is_good_from_anywhere()
    {
        Assert.True((await _one.Check(_basic, AccessOperation.Read, Here)).Succeeded);
        TestGate.AssertRefused(StorageErrorCode.OriginMismatch, await _one.Check(_basic, AccessOperation.Read, Here + ",https://attacker.example"));
    }

    [Theory]
    [InlineData(Here, Here)]
    [InlineData("HTTPS://App.Example.COM:443", Here)]
    [InlineData("http://localhost:3000", "http://localhost:3000")]
    [InlineData("capacitor://localhost", "capacitor://localhost")]
    [InlineData("null", null)]
    [InlineData("file://", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void What_a_token_is_bound_to_is_the_origin_that_its_minting_named(string? header, string? origin) =>
        Assert.Equal(origin, TokenOrigin.Of(header).Value.Text);

    [Theory]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://*.example.com")]
    [InlineData("https://a.example.com,https://b.example.com")]
    [InlineData("*")]
    public void A_token_is_not_bound_to_what_is_no_origin(string header) =>
        Assert.Equal(StorageErrorCode.OriginMismatch, TokenOrigin.Of(header).Error!.Code);

    [Theory]
    [InlineData(Permissions.Read, AccessOperation.Read, AccessOperation.Connect)]
    [InlineData(Permissions.Write, AccessOperation.Write)]
    [InlineData(Permissions.Delete, AccessOperation.Delete)]
    [InlineData(Permissions.Message, AccessOperation.Send, AccessOperation.Connect)]
    [InlineData(Permissions.Presence, AccessOperation.Join, AccessOperation.ListPresence, AccessOperation.Connect)]
    [InlineData(Permissions.RotateEncryption, AccessOperation.RotateEncryption)]
    [InlineData(Permissions.None)]
    internal async Task One_permission_permits_just_what_it_says(Permissions held, params AccessOperation[] permitted)
    {
        var token = "Bearer " + await _one.Issue("one", "key", claims => claims with { Permissions = held });
        _one.Change(key => key with { Permissions = held });
        var unbounded = "Bearer " + await _one.Issue("one", "key");
        foreach (var operation in Enum.GetValues<AccessOperation>().Where(operation => operation != AccessOperation.MintToken))
        {
            foreach (var credentials in new[] { token, unbounded, _basic })
            {
                var result = await _one.Check(credentials, operation);
                if (permitted.Contains(operation))
                    Assert.True(result.Succeeded, $"{operation} with {held}");
                else
                    TestGate.AssertRefused(StorageErrorCode.PermissionDenied, result);
            }
        }
    }

    [Fact]
    public async Task A_token_is_never_good_for_more_than_it_says_nor_than_its_key_allows_now()
    {
        var reading = "Bearer " + await _one.Issue("one", "key", claims => claims with { Permissions = Permissions.Read });
        var all = "Bearer " + await _one.Issue("one", "key");
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(reading, AccessOperation.Write));
        Assert.True((await _one.Check(all, AccessOperation.Write)).Succeeded);
        _one.Change(key => key with { Permissions = Permissions.Read });
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(all, AccessOperation.Write));
        Assert.True((await _one.Check(all, AccessOperation.Read)).Succeeded);
        _one.Change(key => key with { Permissions = Permissions.Write });
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(reading, AccessOperation.Read));
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(reading, AccessOperation.Write));
    }

    [Fact]
    public async Task What_a_client_mints_carries_the_rights_its_key_has_then()
    {
        _one.Change(key => key with { Permissions = Permissions.Read, Scopes = new(["c"], "a-") });
        var caller = (await _one.CheckKey("one", _basic)).Value!;
        var token = "Bearer " + await _one.Tokens.Issue(caller, Here);
        _one.Change(key => key with { Permissions = Permissions.All, Scopes = null });
        Assert.True((await _one.Check(token, AccessOperation.Read, Here, id: "a-1")).Succeeded);
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(token, AccessOperation.Write, Here, id: "a-1"));
        TestGate.AssertRefused(StorageErrorCode.ScopeDenied, await _one.Check(token, AccessOperation.Read, Here, id: "b-1"));
        TestGate.AssertRefused(StorageErrorCode.OriginMissing, await _one.Check(token, AccessOperation.Read, id: "a-1"));
    }

    [Theory]
    [InlineData("c", "a-", "c", "a-1", true)]
    [InlineData("c", "a-", "c", "a-", true)]
    [InlineData("c", "a-", "C", "a-1", false)]
    [InlineData("c", "a-", "c", "A-1", false)]
    [InlineData("c", "a-", "c", "b/a-1", false)]
    [InlineData("c", "a-", "d", "a-1", false)]
    [InlineData(null, "a-", "d", "a-1", true)]
    [InlineData("c", null, "c", "anything", true)]
    public async Task A_scope_holds_for_key_and_token(string? scopeClass, string? prefix, string @class, string id, bool isReached)
    {
        var scopes = new KeyScopes(scopeClass is null ? [] : [scopeClass], prefix);
        var scoped = "Bearer " + await _one.Issue("one", "key", claims => claims with { Scopes = scopes });
        var unbounded = "Bearer " + await _one.Issue("one", "key");
        await AssertReached(scoped);
        Assert.True((await _one.Check(unbounded, AccessOperation.Read, @class: @class, id: id)).Succeeded);
        _one.Change(key => key with { Scopes = scopes });
        await AssertReached(unbounded);
        await AssertReached(_basic);

        async Task AssertReached(string credentials)
        {
            var result = await _one.Check(credentials, AccessOperation.Read, @class: @class, id: id);
            if (isReached)
                Assert.True(result.Succeeded);
            else
                TestGate.AssertRefused(StorageErrorCode.ScopeDenied, result);
        }
    }

    [Fact]
    public async Task A_deleted_secret_ends_itself_and_its_tokens_and_no_others()
    {
        _one.Change(key => key with { Secrets = key.Secrets.Add(ApiSecret.Of("the second secret", 0)) });
        var second = TestServer.BasicOf("key", "the second secret");
        var tokenOfFirst = "Bearer " + await _one.Tokens.Issue((await _one.CheckKey("one", _basic)).Value!, null);
        var tokenOfSecond = "Bearer " + await _one.Tokens.Issue((await _one.CheckKey("one", second)).Value!, null);
        foreach (var credentials in new[] { _basic, second, tokenOfFirst, tokenOfSecond })
            Assert.True((await _one.Check("one", credentials)).Succeeded);
        _one.Change(key => key with { Secrets = key.Secrets.RemoveAt(0) });
        TestGate.AssertInvalid(await _one.Check("one", _basic));
        TestGate.AssertInvalid(await _one.Check("one", tokenOfFirst));
        Assert.True((await _one.Check("one", second)).Succeeded);
        Assert.True((await _one.Check("one", tokenOfSecond)).Succeeded);
    }

    [Fact]
    public async Task An_expired_key_ends_its_tokens_to_the_millisecond()
    {
        var token = "Bearer " + await _one.Issue("one", "key");
        _one.Change(key => key with { ExpiresAt = _one.Time.GetUtcNow().AddSeconds(5).ToUnixTimeMilliseconds() });
        Assert.True((await _one.Check("one", token)).Succeeded);
        _one.Time.Advance(TimeSpan.FromSeconds(4) - TimeSpan.FromMilliseconds(1));
        Assert.True((await _one.Check("one", token)).Succeeded);
        Assert.True((await _one.Check("one", _basic)).Succeeded);
        _one.Time.Advance(TimeSpan.FromMilliseconds(1));
        TestGate.AssertInvalid(await _one.Check("one", token));
        TestGate.AssertInvalid(await _one.Check("one", _basic));
    }

    [Fact]
    public async Task Of_several_faults_the_first_in_the_order_of_the_checks_is_told()
    {
        _one.Change(key => key with { Origins = [Here], Permissions = Permissions.Read, Scopes = new(["other"], null) });
        TestGate.AssertInvalid(await _one.Check("Basic eA==", AccessOperation.Write));
        TestGate.AssertRefused(StorageErrorCode.OriginMissing, await _one.Check(_basic, AccessOperation.Write));
        TestGate.AssertRefused(StorageErrorCode.PermissionDenied, await _one.Check(_basic, AccessOperation.Write, Here));
        TestGate.AssertRefused(StorageErrorCode.ScopeDenied, await _one.Check(_basic, AccessOperation.Read, Here));
    }

    [Fact]
    public async Task An_explanation_walks_every_check_and_counts_nothing()
    {
        _one.Change(key => key with { Origins = [Here], Permissions = Permissions.Read });
        var (walked, _) = await _one.Gate.Explain(new("one", AccessOperation.Write) { Credentials = _basic, Class = "c", Id = "i" }, null);
        Assert.Equal(
            [("project", ExplainedResult.Passed), ("credentials", ExplainedResult.Passed), ("origin", ExplainedResult.Failed), ("permission", ExplainedResult.Failed)],
            walked.Select(check => (check.Check, check.Result)));
        Assert.All(walked, check => Assert.NotEmpty(check.Reason));
        await _one.Uses.Report();
        Assert.Empty(_one.Grains.Recorded);
    }

    [Fact]
    public async Task An_explanation_takes_a_key_at_its_word_and_says_why_it_is_not_usable()
    {
        var asked = new AccessRequest("one", AccessOperation.Read) { Class = "c", Id = "i" };
        Assert.Equal(ExplainedResult.Passed, (await _one.Gate.Explain(asked, "key")).Checks[1].Result);
        Assert.Contains("no such api key", (await _one.Gate.Explain(asked, "other")).Checks[1].Reason, StringComparison.Ordinal);
        _one.Change(key => key with { Enabled = false });
        var (walked, _) = await _one.Gate.Explain(asked, "key");
        Assert.Contains("disabled", walked[1].Reason, StringComparison.Ordinal);
        Assert.All(walked.Skip(2), check => Assert.Equal(ExplainedResult.Skipped, check.Result));
    }

    [Fact]
    public async Task The_uses_of_a_secret_are_reported_once_also_those_of_its_tokens()
    {
        var token = "Bearer " + await _one.Tokens.Issue((await _one.CheckKey("one", _basic)).Value!, null);
        Assert.True((await _one.Check("one", token)).Succeeded);
        Assert.True((await _one.Check("one", token)).Succeeded);
        TestGate.AssertInvalid(await _one.Check("one", TestServer.BasicOf("key", "wrong")));
        await _one.Uses.Report();
        await _one.Uses.Report();
        var secret = Assert.Single(_one.Grains.Projects["one"].ApiKeys["key"].Secrets);
        Assert.Equal([new UseRecord(UseRecord.OfSecret("key", secret.Id), 3, _one.Time.GetUtcNow().ToUnixTimeMilliseconds())], _one.Grains.Recorded);
    }

    [Fact]
    public async Task What_could_not_be_reported_is_reported_the_next_time()
    {
        Assert.True((await _one.Check("one", _basic)).Succeeded);
        _one.Grains.CanRecord = false;
        await _one.Uses.Report();
        _one.Grains.CanRecord = true;
        await _one.Uses.Report();
        Assert.Equal(1, Assert.Single(_one.Grains.Recorded).Count);
    }

    [Fact]
    public async Task A_known_token_of_an_unrestricted_key_is_judged_without_allocating()
    {
        var token = "Bearer " + await _one.Tokens.Issue((await _one.CheckKey("one", _basic)).Value!, null);
        for (var i = 0; i < 200; i++)
            Assert.True((await _one.Check("one", token)).Succeeded);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _ = (await _one.Check(token, AccessOperation.Read)).Succeeded;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }
}
