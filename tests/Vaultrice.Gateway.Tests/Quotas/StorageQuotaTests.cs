using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

/// <summary>
/// Bytes and items that a project or a class may store. What is stored is told once a second, and what was written during a count
/// is right with the next: the tests write until they are refused, and ask again until they are not.
/// </summary>
public sealed class StorageQuotaTests
{
    private const string Code = "limitError.quota.storage";

    [Theory]
    [InlineData("Project", "Items", "10", "The project may store at most 10 items")]
    [InlineData("Project", "Bytes", "100", "The project may store at most 100 bytes")]
    [InlineData("Class", "Items", "10", "The class may store at most 10 items")]
    [InlineData("Class", "Bytes", "100", "The class may store at most 100 bytes")]
    public async Task What_would_grow_past_it_is_refused_and_everything_else_goes_on(string scope, string what, string limit, string sentence)
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Address__RequestsPerSecond", "0"), ("Quotas__Object__RequestsPerSecond", "0"), ($"Quotas__{scope}__{what}", limit));
        var (one, two) = (server.NewObject("c"), server.NewObject("c"));
        // Ten bytes each, the name among them.
        var written = 0;
        for (; written < 9; written++)
            await Until(() => (written % 2 == 0 ? one : two).Set($"name{written}", "12345"), answer => answer.Status == 200);
        var refused = await Until(async () => await two.Set($"more{written++}", "12345"), answer => answer.Status != 200);
        Assert.Contains(sentence, refused.Refused(413, Code).Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        await Until(() => one.SetMany($$$"""{"more{{{written++}}}":{"value":1},"name0":{"value":"12345"}}"""), answer => answer.Status == 413);
        await Until(() => one.Apply($"more{written++}", "push", """{"value":1}"""), answer => answer.Status == 413);

        (await one.Set("name0", "54321")).Ok();
        (await one.Get("name0")).Ok();
        (await one.Message("1")).Ok(204);
        if (scope == "Class")
            (await server.NewObject("other").Set("a", "1")).Ok();
        (await one.Clear()).Ok(204);
        (await two.Clear()).Ok(204);
        await Until(() => one.Set("again", "1"), answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_project_that_is_full_is_full_for_classes_that_are_new()
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Address__RequestsPerSecond", "0"), ("Quotas__Object__RequestsPerSecond", "0"), ("Quotas__Project__Items", "3"));
        var one = server.NewObject("c");
        await Until(() => one.Set($"name{Guid.NewGuid():N}", "1"), answer => answer.Status == 413);
        var classes = 0;
        for (var i = 0; i < 5; i++)
            await Until(() => server.NewObject($"new{classes++}").Set("a", "1"), answer => answer.Status == 413);
    }

    [Fact]
    public async Task Encryption_settings_count_as_an_item_that_stays()
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Address__RequestsPerSecond", "0"), ("Quotas__Object__RequestsPerSecond", "0"), ("Quotas__Project__Items", "10"));
        var known = server.NewObject("c");
        (await known.Encryption()).Ok();
        await Until(() => server.NewObject("c").Encryption(), answer => answer.Status == 413);
        (await known.Encryption()).Ok();
        (await known.Rotate()).Ok();
        await Until(() => server.NewObject("new").Set("a", "1"), answer => answer.Status == 413);
    }

    [Fact]
    public async Task Room_made_in_one_class_is_room_for_another_that_was_refused()
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Address__RequestsPerSecond", "0"), ("Quotas__Object__RequestsPerSecond", "0"), ("Quotas__Project__Bytes", "1000"));
        var (one, other) = (server.NewObject("one"), server.NewObject("other"));
        await Until(() => one.Set("a", $"\"{new string('a', 498)}\""), answer => answer.Status == 200);
        await Until(() => other.Set("a", $"\"{new string('a', 398)}\""), answer => answer.Status == 200);
        await Until(
            async () =>
            {
                var answer = await other.Set("b", $"\"{new string('a', 198)}\"");
                if (answer.Status == 200)
                    (await other.Remove("b")).Ok(204);
                return answer;
            },
            answer => answer.Status == 413);
        (await one.Remove("a")).Ok(204);
        await Until(() => other.Set("b", $"\"{new string('a', 198)}\""), answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_restart_counts_what_is_stored()
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Address__RequestsPerSecond", "0"), ("Quotas__Object__RequestsPerSecond", "0"), ("Quotas__Project__Items", "3"));
        var calls = server.NewObject("c");
        await Until(() => calls.SetMany("""{"a":{"value":1},"b":{"value":1},"c":{"value":1}}"""), answer => answer.Status == 200);
        await server.Process.Stop();
        await server.StartProcess();
        var other = server.NewObject("d");
        await Until(
            async () =>
            {
                var answer = await other.Set("a", "1");
                if (answer.Status == 200)
                    (await other.Remove("a")).Ok(204);
                return answer;
            },
            answer => answer.Status == 413);
    }

    [Fact]
    public async Task Without_a_quota_nothing_is_refused()
    {
        await using var server = await TestServer.Start(("Quotas__Enabled", "true"), ("Quotas__Project__Items", "0"));
        (await server.NewObject("c").Set("a", "1")).Ok();
    }

    /// <summary>Between two questions: totals are told once a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static async Task<Answer> Until(Func<Task<Answer>> ask, Func<Answer, bool> isIt)
    {
        using var patience = new CancellationTokenSource(Waiting.Patience, TimeProvider.System);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var answer = await ask();
            if (isIt(answer))
                return answer;
            await Task.Delay(Pause, TimeProvider.System, patience.Token);
        }
    }
}
