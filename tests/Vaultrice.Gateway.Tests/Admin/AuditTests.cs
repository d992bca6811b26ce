using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Who changed what, when and from where.</summary>
public sealed class AuditTests(SharedServer shared)
{
    private AdminCalls Admin => shared.Server.Admin;

    [Fact]
    public async Task Who_has_logs_verified_all_at_once_is_refused_and_others_are_not()
    {
        var account = (await Admin.Post("accounts", new { name = "tenant" })).Ok(201).Json.GetProperty("accountId").GetString();
        var tenant = Admin.As((await Admin.Post($"tokens?accountId={account}", new { role = "admin" })).Ok(201).Json.GetProperty("token").GetString());
        var project = await tenant.NewProject();
        for (var i = 0; i < 300; i++)
            (await tenant.Put($"projects/{project}", new { name = $"{i}" })).Ok();
        // How many are there at once is for the network to say.
        await Until.Succeeds("Somebody is refused", async () =>
        {
            var asked = Enumerable.Range(0, 50).Select(_ => tenant.Get($"projects/{project}/audit/verify")).ToArray();
            (await Admin.Get($"projects/{project}/audit/verify")).Ok();
            var answers = await Task.WhenAll(asked);
            Assert.Contains(answers, answer => answer.Status == 200);
            var refused = answers.Where(answer => answer.Status != 200).ToArray();
            Assert.All(refused, answer => answer.Refused(429, "limitError.rate.requests"));
            return refused.Length > 0;
        });
        (await tenant.Get($"projects/{project}/audit/verify")).Ok();
    }

    [Fact]
    public async Task Every_change_of_a_project_is_written_down_in_order_with_its_author()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var project = await Admin.NewProject("shop");
        var key = await Admin.NewKey(project, new { name = "k" });
        await Admin.PatchKey(key, new { enabled = true });
        (await Admin.Post($"projects/{project}/api-keys/{key.ApiKey}/rotate")).Ok();
        await Admin.Token(project, new { apiKey = key.ApiKey });
        await Admin.PutClass(project, "c", new { identity = new { mode = "jwt", secret = "SECRETMARK" } });
        (await Admin.Put($"projects/{project}", new { name = "store" })).Ok();
        // What is refused is no change.
        (await Admin.Put($"projects/{project}", new { name = "" })).Refused();
        (await Admin.Delete($"projects/{project}/classes/unknown")).Refused();

        var page = (await Admin.Get($"projects/{project}/audit")).Ok();
        var records = page.Json.GetProperty("records").EnumerateArray().ToArray();
        Assert.Equal(
            ["project.create", "apiKey.create", "apiKey.change", "apiKey.rotate", "accessToken.create", "class.set", "project.change"],
            records.Select(record => record.GetProperty("action").GetString()));
        Assert.Equal(Enumerable.Range(0, 7), records.Select(record => record.GetProperty("seq").GetInt32()));
        var previous = records[0].GetProperty("previousHash").GetString();
        foreach (var record in records)
        {
            Assert.Equal("""{"tokenId":"bootstrap","role":"owner","accountId":"root"}""", record.GetProperty("actor").GetRawText());
            Assert.Contains("127.0.0.1", record.GetProperty("address").GetString(), StringComparison.Ordinal);
            Assert.InRange(record.GetProperty("at").GetInt64(), before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            Assert.StartsWith($"projects/{project}", record.GetProperty("target").GetString(), StringComparison.Ordinal);
            Assert.Equal(previous, record.GetProperty("previousHash").GetString());
            previous = record.GetProperty("hash").GetString();
        }
        Assert.Equal("shop", records[0].GetProperty("details").GetProperty("name").GetString());
        Assert.DoesNotContain("SECRETMARK", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(key.ApiSecret, page.Body, StringComparison.Ordinal);

        var verdict = (await Admin.Get($"projects/{project}/audit/verify")).Ok().Json;
        Assert.True(verdict.GetProperty("valid").GetBoolean());
        Assert.Equal((7, previous), (verdict.GetProperty("count").GetInt32(), verdict.GetProperty("hash").GetString()));
        Assert.Contains((await Records("audit")).Select(record => record.GetProperty("target").GetString()), target => target == $"projects/{project}");
    }

    [Fact]
    public async Task A_log_is_read_from_a_time_and_page_by_page()
    {
        var project = await Admin.NewProject();
        for (var i = 0; i < 205; i++)
            (await Admin.Put($"projects/{project}", new { name = $"name {i}" })).Ok();
        var all = await Records($"projects/{project}/audit");
        Assert.Equal(Enumerable.Range(0, 206), all.Select(record => record.GetProperty("seq").GetInt32()));
        foreach (var at in new[] { 0, 50, 150, 205 })
        {
            var from = all[at].GetProperty("at").GetInt64();
            var first = (await Admin.Get($"projects/{project}/audit?from={from}")).Ok().Json.GetProperty("records")[0];
            Assert.Equal(all.First(record => record.GetProperty("at").GetInt64() >= from).GetRawText(), first.GetRawText());
        }
        Assert.Equal("""{"records":[]}""", (await Admin.Get($"projects/{project}/audit?from=8640000000000000")).Ok().Body);
        Assert.Equal("""{"records":[]}""", (await Admin.Get($"projects/{project}/audit?cursor=206")).Ok().Body);
        Assert.True((await Admin.Get($"projects/{project}/audit/verify")).Ok().Json.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Of_details_that_are_too_long_size_and_hash_are_written_down()
    {
        var project = await Admin.NewProject();
        await Admin.PatchKey(await Admin.NewKey(project), new { origins = Enumerable.Range(0, 100).Select(i => $"https://{new string('a', 60)}.{i}.example.com") });
        var details = (await Records($"projects/{project}/audit"))[^1].GetProperty("details");
        var sent = "{\"origins\":[" + string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"https://{new string('a', 60)}.{i}.example.com\"")) + "]}";
        Assert.Equal((sent.Length, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sent)))),
            (details.GetProperty("omittedBytes").GetInt32(), details.GetProperty("sha256").GetString()));
    }

    [Fact]
    public async Task A_record_that_was_noted_elsewhere_is_compared()
    {
        var project = await Admin.NewProject();
        var hash = (await Admin.Get($"projects/{project}/audit/verify")).Ok().Json.GetProperty("hash").GetString();
        (await Admin.Put($"projects/{project}", new { name = "b" })).Ok();
        Assert.True((await Verify($"seq=0&hash={hash}")).GetProperty("valid").GetBoolean());
        var other = await Verify($"seq=1&hash={hash}");
        Assert.False(other.GetProperty("valid").GetBoolean());
        Assert.Equal(1, other.GetProperty("seq").GetInt32());
        Assert.False((await Verify($"seq=2&hash={hash}")).GetProperty("valid").GetBoolean());
        (await Admin.Get($"projects/{project}/audit/verify?seq=0")).Refused(400, "validationError.argument");

        async Task<JsonElement> Verify(string query) => (await Admin.Get($"projects/{project}/audit/verify?{query}")).Ok().Json;
    }

    [Theory]
    [InlineData("from=x")]
    [InlineData("from=-1")]
    [InlineData("cursor=1.5")]
    [InlineData("cursor=99999999999999999999")]
    [InlineData("from=1&from=2")]
    [InlineData("since=1")]
    public async Task A_bad_query_is_refused(string query) => (await Admin.Get($"audit?{query}")).Refused(400, "validationError.argument");

    private async Task<JsonElement[]> Records(string path)
    {
        var all = new List<JsonElement>();
        string? cursor = "0";
        while (cursor is not null)
        {
            var page = (await Admin.Get($"{path}?cursor={cursor}")).Ok().Json;
            all.AddRange(page.GetProperty("records").EnumerateArray());
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        return [.. all];
    }
}
