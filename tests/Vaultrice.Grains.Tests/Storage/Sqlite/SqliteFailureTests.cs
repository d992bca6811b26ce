using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class SqliteFailureTests : IDisposable
{
    private readonly SqliteFixture sqlite = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public async Task A_full_disk_fails_the_commit_as_a_whole_and_later_ones_succeed_once_there_is_space()
    {
        var store = sqlite.Store;
        await store.Commit(Object("o"), Of(Set("earlier", "1", 1)));
        await store.Run("PRAGMA max_page_count = 1");

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(
            () => store.Commit(Object("o"), Of(Set("small", "2", 2), Set("large", new byte[100_000], 3))));

        Assert.Contains("disk is full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["earlier"], (await store.Load(Object("o"), Cancel)).Names());

        await store.Run("PRAGMA max_page_count = 1000000");
        await store.Commit(Object("o"), Of(Set("large", new byte[100_000], 2)));
        Assert.Equal(["earlier", "large"], (await store.Load(Object("o"), Cancel)).Names());
    }

    [Fact]
    public async Task An_object_whose_first_commit_failed_can_be_written()
    {
        var store = sqlite.Store;
        await store.Run("PRAGMA max_page_count = 1");
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.Commit(Object("o"), Of(Set("large", new byte[100_000], 1))));
        await store.Run("PRAGMA max_page_count = 1000000");
        await store.Commit(Object("other"), Of(Set("name", "2", 1)));
        await store.Commit(Object("o"), Of(Set("name", "1", 1)));
        Assert.Equal("1", (await store.Load(Object("o"), Cancel)).Text("name"));
        Assert.Equal("2", (await store.Load(Object("other"), Cancel)).Text("name"));
    }

    [Fact]
    public async Task What_shares_a_failed_transaction_fails_with_it_and_nothing_of_it_is_stored()
    {
        var store = sqlite.Store;
        await store.Run("PRAGMA query_only = 1");
        var commits = Enumerable.Range(0, 50).Select(i => store.Commit(Object($"o{i}"), Of(Set("name", "1", 1)))).ToList();
        foreach (var commit in commits)
            Assert.Contains("read-only", (await Assert.ThrowsAsync<ObjectStoreException>(() => commit)).Message, StringComparison.Ordinal);

        store = sqlite.Reopen();
        Assert.Equal(0, (await store.Load(Object("o7"), Cancel)).Revision);
        await store.Commit(Object("o7"), Of(Set("name", "1", 1)));
        Assert.Equal(1, (await store.Load(Object("o7"), Cancel)).Revision);
    }

    [Fact]
    public async Task A_probe_fails_when_nothing_can_be_written()
    {
        var store = sqlite.Store;
        await store.Run("PRAGMA query_only = 1");
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.Probe(Cancel));
        store = sqlite.Reopen();
        await store.Probe(Cancel);
    }

    [Fact]
    public async Task A_failed_state_write_says_so_and_leaves_the_state()
    {
        var store = sqlite.Store;
        var etag = await store.Write("state", [1], null);
        await store.Run("PRAGMA query_only = 1");
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.Write("state", [2], etag));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.Delete("state", etag));
        Assert.Equal((1, etag), ((await store.Read("state"))!.Value.Data[0], (await store.Read("state"))!.Value.ETag));
    }

    [Fact]
    public async Task A_load_can_be_called_off() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sqlite.Store.Load(Object("o"), new(canceled: true)));
}
