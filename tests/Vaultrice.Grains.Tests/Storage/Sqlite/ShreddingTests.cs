using System.Security.Cryptography;
using Vaultrice.Grains.Storage;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

/// <summary>What is deleted for good is in none of the engine's files afterwards.</summary>
public sealed class ShreddingTests : IDisposable
{
    private readonly SqliteFixture sqlite = new();
    private readonly byte[] key = RandomNumberGenerator.GetBytes(72);

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public async Task The_keys_of_a_deleted_object_are_gone_from_database_and_log()
    {
        var store = await WithKeys();
        await store.Delete(Object("o"));
        await store.Purge();
        Assert.False(IsInFiles(key), "The keys are still in the files.");
    }

    [Fact]
    public async Task Replaced_keys_are_gone_from_database_and_log()
    {
        var store = await WithKeys();
        await store.Commit(Object("o"), Of(Set("b", "2", 2)) with { Keys = new byte[72] });
        await store.Purge();
        Assert.False(IsInFiles(key), "The keys are still in the files.");
    }

    [Fact]
    public async Task The_keys_of_an_expired_object_are_gone_after_the_sweep()
    {
        var store = await WithKeys(expiresAt: 10);
        Assert.Equal(1, await store.Sweep(20, TestContext.Current.CancellationToken));
        await store.Purge();
        Assert.False(IsInFiles(key), "The keys are still in the files.");
    }

    [Fact]
    public async Task Purging_while_others_write_and_read_loses_nothing()
    {
        var store = await WithKeys();
        var writing = Enumerable.Range(0, 50).Select(i => store.Commit(Object($"other-{i}"), Of(Set("a", "1", 1)))).ToArray();
        await Task.WhenAll(store.Purge(), store.Purge(), store.Load(Object("o"), TestContext.Current.CancellationToken));
        await Task.WhenAll(writing);
        Assert.Equal("1", (await store.Load(Object("other-49"), TestContext.Current.CancellationToken)).Text("a"));
    }

    private async Task<IObjectStore> WithKeys(long expiresAt = Later)
    {
        var store = sqlite.Open();
        await store.Commit(Object("o"), Of(Set("a", "1", 1, expiresAt)) with { Keys = key });
        Assert.True(IsInFiles(key), "The keys are not where this test looks for them.");
        return store;
    }

    private bool IsInFiles(byte[] bytes) => Directory.GetFiles(sqlite.Folder.Path, "vaultrice.db*").Any(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content.AsSpan().IndexOf(bytes) >= 0;
    });
}
