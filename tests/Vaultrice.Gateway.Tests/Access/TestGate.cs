using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Access;
using Vaultrice.Projects;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>A gate with a clock that a test moves, projects that it changes, and forgeries that need the signing key.</summary>
internal sealed class TestGate
{
    public const string Secret = "a secret of one project";

    /// <summary>Makes it.</summary>
    /// <param name="more">Checks besides the usual ones.</param>
    public TestGate(params IEnumerable<IAccessCheck> more)
    {
        (var factory, Grains) = FakeGrains.Create();
        Cluster = factory;
        Grains.Add("one", "key", Secret);
        Grains.Add("two", "key", "a secret of another one");
        Uses = new(factory, Time, NullLogger<UseReports>.Instance);
        Keys = new(factory, Time);
        Tokens = new(Keys, Time);
        Projects = new(factory, Time, NullLogger<ProjectSnapshots>.Instance);
        Gate = new(
            Projects,
            new(Projects, Tokens, new(maxBytes: 64 * 1024), new(new ServerQuotas(new(), isDevelopment: true), Time), Uses, Time),
            [new OriginCheck(), new PermissionCheck(), .. more],
            Time);
    }

    public ArmedTime Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public IClusterClient Cluster { get; }

    public ProjectSnapshots Projects { get; }

    public FakeGrains Grains { get; }

    public UseReports Uses { get; }

    public SigningKeys Keys { get; }

    public AccessTokens Tokens { get; }

    public AccessGate Gate { get; }

    /// <summary>Changes the api key of a project, and lets the second pass within which that acts.</summary>
    public void Change(Func<ApiKey, ApiKey> change)
    {
        var project = Grains.Projects["one"];
        Grains.Projects["one"] = project with { ApiKeys = project.ApiKeys.SetItem("key", change(project.ApiKeys["key"])) };
        Time.Advance(TimeSpan.FromSeconds(1));
    }

    public ValueTask<StorageResult<Caller>> Check(string projectId, string credentials) =>
        Check(credentials, AccessOperation.Read, projectId: projectId);

    public ValueTask<StorageResult<Caller>> CheckKey(string projectId, string credentials) =>
        Gate.Check(new(projectId, AccessOperation.MintToken) { Credentials = credentials });

    public ValueTask<StorageResult<Caller>> Check(
        string credentials, AccessOperation operation, string? origin = null, string projectId = "one", string @class = "c", string id = "i") =>
        Gate.Check(new(projectId, operation) { Credentials = credentials, Origin = origin, Class = @class, Id = id });

    /// <summary>Makes a token of an hour that says just this.</summary>
    public ValueTask<string> Issue(string projectId, string apiKey, Func<AccessClaims, AccessClaims>? change = null)
    {
        var claims = AccessClaims.OfKey(projectId, apiKey, null) with { ExpiresAt = (Time.GetUtcNow() + AccessTokens.Lifetime).ToUnixTimeMilliseconds() };
        return Tokens.Issue(change?.Invoke(claims) ?? claims);
    }

    public byte[] Sign(byte[] data) => Grains.Pair.SignData(data, HashAlgorithmName.SHA256);

    public static string Header(string algorithm) => $"{{\"alg\":\"{algorithm}\",\"kid\":\"{FakeGrains.KeyId}\",\"typ\":\"JWT\"}}";

    /// <summary>Claims that are right but for some changes; null takes one away.</summary>
    public string Claims(params (string Name, string? Value)[] changes)
    {
        var claims = new Dictionary<string, string?>
        {
            ["exp"] = Time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["iss"] = "\"vaultrice\"",
            ["projectId"] = "\"one\"",
            ["sub"] = "\"key\"",
        };
        foreach (var (name, value) in changes)
            claims[name] = value;
        return $"{{{string.Join(',', claims.Where(claim => claim.Value is not null).Select(claim => $"\"{claim.Key}\":{claim.Value}"))}}}";
    }

    /// <summary>The claims properly signed under a header.</summary>
    public string Signed(string claims, string? header = null) => Signed(header ?? Header("ES256"), claims, Sign);

    public static string Signed(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}";
        return $"Bearer {signed}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static void AssertInvalid(StorageResult<Caller> result) => AssertRefused(StorageErrorCode.CredentialsInvalid, result);

    public static void AssertRefused(StorageErrorCode code, StorageResult<Caller> result)
    {
        Assert.False(result.Succeeded, "It was let through.");
        Assert.Equal(code, result.Error!.Code);
    }
}
