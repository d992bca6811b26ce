using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>What browsers need to be told before they let a page call.</summary>
public sealed class CrossOriginTests(SharedServer shared)
{
    private const string Origin = "https://app.example.com";
    private readonly Calls _object = shared.Server.NewObject();

    [Fact]
    public async Task A_preflight_is_answered_without_credentials_and_allows_all_the_sdk_sends()
    {
        var answer = (await _object.SendAs(
            null,
            "OPTIONS",
            $"cache/{_object.ObjectPath}/a",
            headers: [("Origin", Origin), ("Access-Control-Request-Method", "DELETE"), ("Access-Control-Request-Headers", "authorization,x-enc-kv")])).Ok(204);
        Assert.Equal(Origin, answer["access-control-allow-origin"]);
        Assert.Contains("Origin", answer["vary"]!, StringComparison.Ordinal);
        var headers = answer["access-control-allow-headers"]!.Split(", ");
        foreach (var header in new[] { "Authorization", "Content-Type", "X-Enc-KV", "X-Id-Sig", "X-Id-Sig-KV", "X-Vaultrice-Auth-Token", "X-Vaultrice-Auth-Signature" })
            Assert.Contains(header, headers, StringComparer.OrdinalIgnoreCase);
        var methods = answer["access-control-allow-methods"]!.Split(", ");
        foreach (var method in new[] { "GET", "POST", "DELETE" })
            Assert.Contains(method, methods);
    }

    [Fact]
    public async Task Every_kind_of_answer_names_the_origin_as_allowed()
    {
        Answer[] answers =
        [
            (await _object.Set("a", "1", headers: ("Origin", Origin))).Ok(),
            (await _object.Send("GET", $"cache/{_object.ObjectPath}/none", headers: ("Origin", Origin))).Ok(404),
            (await _object.Send("DELETE", $"cache/{_object.ObjectPath}/a", headers: ("Origin", Origin))).Ok(204),
            (await _object.Send("GET", "auth/token", headers: ("Origin", Origin))).Ok(),
            (await _object.Send("GET", "nothing/c/i", headers: ("Origin", Origin))).Refused(404, "notFoundError.route"),
            (await _object.SendAs(null, "GET", $"cache/{_object.ObjectPath}/a", headers: ("Origin", Origin))).Refused(401, "authenticationError.credentials.missing"),
            (await _object.Set("a", "1", ",", ("Origin", Origin))).Refused(),
        ];
        Assert.All(answers, answer => Assert.Equal(Origin, answer["access-control-allow-origin"]));
        Assert.All(answers, answer => Assert.Equal("Origin", answer["vary"]));
    }

    [Fact]
    public async Task A_request_without_an_origin_is_told_of_none() =>
        Assert.Null((await _object.GetAll()).Ok()["access-control-allow-origin"]);
}
