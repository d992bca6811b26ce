using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>Tokens and keys as clients use them.</summary>
public sealed class TokenTests(SharedServer shared)
{
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_token_is_plain_text_that_nobody_keeps()
    {
        var answer = (await _object.Token()).Ok();
        Assert.StartsWith("text/plain", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal("no-store", answer["cache-control"]);
        Assert.Equal(3, answer.Body.Split('.').Length);
        Assert.All(answer.Body, c => Assert.True(char.IsAscii(c) && !char.IsWhiteSpace(c)));
    }

    [Fact]
    public async Task A_token_says_who_it_is_for_and_expires_in_an_hour_counted_in_milliseconds()
    {
        var before = TimeProvider.System.GetUtcNow();
        var token = (await _object.Token()).Ok().Body;
        var after = TimeProvider.System.GetUtcNow();
        var claims = Part(token, 1);
        Assert.InRange(claims.GetProperty("exp").GetInt64(), before.AddHours(1).ToUnixTimeMilliseconds(), after.AddHours(1).ToUnixTimeMilliseconds());
        Assert.InRange(claims.GetProperty("iat").GetInt64(), before.ToUnixTimeSeconds(), after.ToUnixTimeSeconds());
        Assert.Equal(TestServer.ApiKey, claims.GetProperty("sub").GetString());
        Assert.Equal(TestServer.ApiKey, claims.GetProperty("id").GetString());
        Assert.Equal(TestServer.ProjectId, claims.GetProperty("projectId").GetString());
        Assert.NotEmpty(claims.GetProperty("iss").GetString()!);
        Assert.All(claims.GetRawText(), c => Assert.True(char.IsAscii(c)));
        Assert.Equal("ES256", Part(token, 0).GetProperty("alg").GetString());
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("Bearer   ")]
    public async Task A_token_opens_every_call(string scheme)
    {
        var authorization = scheme + (await _object.Token()).Ok().Body;
        (await _object.SendAs(authorization, "POST", $"cache/{_object.ObjectPath}/a", """{"value":1}""")).Ok();
        (await _object.SendAs(authorization, "GET", $"cache/{_object.ObjectPath}/a")).Ok();
        (await _object.SendAs(authorization, "DELETE", $"cache/{_object.ObjectPath}")).Ok(204);
    }

    [Fact]
    public async Task Key_and_secret_open_every_call()
    {
        (await _object.SendAs(TestServer.Basic, "GET", $"cache/{_object.ObjectPath}")).Ok();
        (await _object.SendAs("basic " + TestServer.Basic["Basic ".Length..], "GET", $"cache/{_object.ObjectPath}")).Ok();
    }

    [Fact]
    public async Task A_wrong_secret_an_unknown_key_and_an_unknown_project_are_answered_alike()
    {
        var elsewhere = new Calls(shared.Server.Http, "elsewhere", "c", "i");
        foreach (var path in new[] { "auth/token", "cache/c/i/a" })
        {
            Answer[] answers =
            [
                await _object.SendAs(TestServer.BasicOf(TestServer.ApiKey, "wrong secret, long enough"), "GET", path),
                await _object.SendAs(TestServer.BasicOf("key-2", TestServer.ApiSecret), "GET", path),
                await elsewhere.SendAs(TestServer.Basic, "GET", path),
            ];
            Assert.All(answers, answer => answer.Refused(401, "authenticationError.credentials.invalid"));
            Assert.Single(answers.Select(answer => answer.Body).Distinct());
            Assert.Single(answers.Select(answer => string.Join('\n', answer.Headers.Keys.Order())).Distinct());
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a%20b")]
    [InlineData("%ff")]
    [InlineData("demo%2F")]
    [InlineData("Demo")]
    [InlineData("demo%")]
    public async Task A_project_that_cannot_exist_is_answered_like_one_that_does_not(string projectId)
    {
        var elsewhere = new Calls(shared.Server.Http, projectId, "c", "i");
        (await elsewhere.GetAll()).Refused(401, "authenticationError.credentials.invalid");
        (await elsewhere.Token()).Refused(401, "authenticationError.credentials.invalid");
        elsewhere = new(shared.Server.Http, projectId + new string('x', 5000), "c", "i");
        (await elsewhere.GetAll()).Refused(401, "authenticationError.credentials.invalid");
    }

    [Fact]
    public async Task A_token_of_this_project_is_no_good_for_another()
    {
        var authorization = "Bearer " + (await _object.Token()).Ok().Body;
        var elsewhere = new Calls(shared.Server.Http, "elsewhere", "c", "i");
        (await elsewhere.SendAs(authorization, "GET", "cache/c/i")).Refused(401, "authenticationError.credentials.invalid");
    }

    [Fact]
    public async Task No_credentials_are_401_and_say_what_is_missing()
    {
        var answer = (await _object.SendAs(null, "GET", $"cache/{_object.ObjectPath}")).Refused(401, "authenticationError.credentials.missing");
        Assert.NotNull(answer["www-authenticate"]);
        (await _object.SendAs(null, "GET", "auth/token")).Refused(401, "authenticationError.credentials.missing");
    }

    [Fact]
    public async Task A_token_mints_no_token()
    {
        var token = (await _object.Token()).Ok().Body;
        (await _object.SendAs("Bearer " + token, "GET", "auth/token")).Refused(401, "authenticationError.credentials.invalid");
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic a2V5LTE=")] // no colon
    [InlineData("Basic Og==")] // only a colon
    [InlineData("Basic //8=")] // no UTF-8
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a.b")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ....")]
    [InlineData("Digest x")]
    [InlineData("key-1:correct horse battery staple")]
    public async Task Credentials_of_no_form_are_401(string authorization)
    {
        (await _object.SendAs(authorization, "GET", $"cache/{_object.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
        (await _object.SendAs(authorization, "GET", "auth/token")).Refused(401, "authenticationError.credentials.invalid");
    }

    [Fact]
    public async Task A_huge_token_is_401()
    {
        (await _object.SendAs("Bearer " + new string('a', 20_000), "GET", $"cache/{_object.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
        (await _object.SendAs("Bearer " + string.Concat(Enumerable.Repeat("a.", 10_000)), "GET", $"cache/{_object.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
    }

    [Fact]
    public async Task A_token_that_was_tampered_with_is_401()
    {
        var token = (await _object.Token()).Ok().Body;
        // Known to the server, so that what it remembers of verified tokens is tried too.
        (await _object.SendAs("Bearer " + token, "GET", $"cache/{_object.ObjectPath}")).Ok();
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]);
        var none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        List<string> forged =
        [
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            $"{none}.{parts[1]}.",
            $"{none}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{Base64UrlEncoder.Encode(payload.Replace("demo", "Demo", StringComparison.Ordinal))}.{parts[2]}",
            $"{parts[0]}.{Base64UrlEncoder.Encode(payload.Replace("\"exp\":", "\"exp\":9", StringComparison.Ordinal))}.{parts[2]}",
            token[..^1],
            token + "A",
            token + ".x",
            // All zero: the signature that some verifiers took for any message (CVE-2022-21449).
            $"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(new byte[64])}",
        ];
        for (var bit = 0; bit < 8 * 64; bit += 37)
        {
            var signature = Base64UrlEncoder.DecodeBytes(parts[2]);
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            forged.Add($"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(signature)}");
        }
        foreach (var one in forged)
            (await _object.SendAs("Bearer " + one, "GET", $"cache/{_object.ObjectPath}")).Refused(401, "authenticationError.credentials.invalid");
        (await _object.SendAs("Bearer " + token, "GET", $"cache/{_object.ObjectPath}")).Ok();
    }

    private static JsonElement Part(string token, int index)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.Split('.')[index])));
        return document.RootElement.Clone();
    }
}
