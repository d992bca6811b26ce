using System.Text;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class EncryptionAtRestTests : IDisposable
{
    private readonly SqliteFixture sqlite = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public async Task No_value_is_readable_in_the_files()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("the-name", "\"secret-value\"", 1)));
        await sqlite.Store.Write("state", "secret-state"u8.ToArray(), null);
        await sqlite.Store.Commit(Object("o"), new(2, [], new(new("secret-salt"u8.ToArray(), 0, 1), []), Later));

        AssertAbsent("secret-value", "secret-state", "secret-salt", Convert.ToBase64String("secret-salt"u8));
        sqlite.Close();
        AssertAbsent("secret-value", "secret-state", "secret-salt", Convert.ToBase64String("secret-salt"u8));
    }

    [Fact]
    public async Task The_same_value_never_gives_the_same_record_twice()
    {
        for (var i = 0; i < 3; i++)
            await sqlite.Store.Commit(Object("o"), Of(Set($"name{i}", "1", 1), Set($"other{i}", "1", 1)));
        await sqlite.Reopen().Commit(Object("o"), Of(Set("name", "1", 1)));
        Assert.Equal(7L, sqlite.Sql("SELECT count(DISTINCT substr(value, 2, 12)) FROM items"));
    }

    [Theory]
    [InlineData("UPDATE items SET value = (SELECT value FROM items AS i WHERE i.object = items.object AND i.name = 'b') WHERE name = 'a'")]
    [InlineData("UPDATE items SET value = (SELECT value FROM items AS i WHERE i.object <> items.object AND i.name = 'a') WHERE name = 'a'")]
    [InlineData("UPDATE items SET value = substr(value, 1, length(value) - 1) || x'00' WHERE name = 'a'")]
    [InlineData("UPDATE items SET value = x'01' WHERE name = 'a'")]
    [InlineData("UPDATE items SET value = x'02' || substr(value, 2) WHERE name = 'a'")]
    [InlineData("UPDATE items SET revision = revision + 1 WHERE name = 'a'")]
    [InlineData("UPDATE items SET expires_at = expires_at + 1 WHERE name = 'a'")]
    [InlineData("UPDATE items SET created_at = created_at + 1 WHERE name = 'a'")]
    [InlineData("UPDATE items SET updated_at = updated_at + 1 WHERE name = 'a'")]
    [InlineData("UPDATE items SET key_version = 0 WHERE name = 'a'")]
    public async Task An_altered_or_moved_record_is_refused(string tampering)
    {
        foreach (var o in new[] { "o", "p" })
            await sqlite.Store.Commit(Object(o), Of(Set("a", $"\"value-a-{o}\"", 1), Set("b", $"\"value-b-{o}\"", 1)));
        sqlite.Close();
        sqlite.Sql(tampering);

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => sqlite.Store.Load(Object("o"), Cancel));

        Assert.Contains("'a' of object 'project/class/o'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("value-", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE grain_states SET data = (SELECT data FROM grain_states WHERE key = 'b') WHERE key = 'a'")]
    [InlineData("UPDATE grain_states SET etag = 'other' WHERE key = 'a'")]
    public async Task An_altered_or_moved_state_is_refused(string tampering)
    {
        await sqlite.Store.Write("a", [1], null);
        await sqlite.Store.Write("b", [2], null);
        sqlite.Close();
        sqlite.Sql(tampering);
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => sqlite.Store.Read("a"));
        Assert.Contains("'a'", failure.Message, StringComparison.Ordinal);
        Assert.Equal([2], (await sqlite.Store.Read("b"))!.Value.Data);
    }

    [Fact]
    public async Task Moved_encryption_settings_are_refused()
    {
        foreach (var o in new[] { "o", "p" })
            await sqlite.Store.Commit(Object(o), new(1, [], new(new(Encoding.UTF8.GetBytes(o), 0, 1), []), Later));
        sqlite.Close();
        sqlite.Sql("UPDATE objects SET encryption = (SELECT encryption FROM objects WHERE key LIKE '%/p')");
        await Assert.ThrowsAsync<ObjectStoreException>(() => sqlite.Store.Load(Object("o"), Cancel));
        Assert.NotNull((await sqlite.Store.Load(Object("p"), Cancel)).Encryption);
    }

    private void AssertAbsent(params string[] texts)
    {
        foreach (var file in Directory.GetFiles(sqlite.Folder.Path, "vaultrice.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.All(texts, text => Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) < 0, $"{text} is in {file}"));
        }
    }
}
