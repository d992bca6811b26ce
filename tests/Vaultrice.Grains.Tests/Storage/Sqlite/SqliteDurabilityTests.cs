using System.Globalization;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class SqliteDurabilityTests : IDisposable
{
    private readonly SqliteFixture sqlite = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public async Task Everything_is_there_after_an_orderly_stop()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 3), Removed("gone", 2)));
        var etag = await sqlite.Store.Write("state", [7], null);

        var store = sqlite.Reopen();

        var stored = await store.Load(Object("o"), Cancel);
        Assert.Equal(3, stored.Revision);
        Assert.Equal(["gone", "name"], stored.Names());
        Assert.Equal(etag, (await store.Read("state"))!.Value.ETag);
    }

    [Fact]
    public async Task A_commit_that_has_returned_is_in_the_files_without_an_orderly_stop()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        using var crashed = new SqliteFixture();
        foreach (var file in new[] { "vaultrice.db", "vaultrice.db-wal", "master.key" })
            File.Copy(sqlite.Folder[file], crashed.Folder[file]);
        Assert.Equal("1", (await crashed.Store.Load(Object("o"), Cancel)).Text("name"));
    }

    [Fact]
    public async Task Every_transaction_is_flushed_to_disk()
    {
        await sqlite.Store.Run("INSERT INTO settings SELECT 'synchronous', synchronous FROM pragma_synchronous");
        await sqlite.Store.Run("INSERT INTO settings SELECT 'journal', journal_mode FROM pragma_journal_mode");
        await sqlite.Store.Run("INSERT INTO settings SELECT 'delete', secure_delete FROM pragma_secure_delete");
        Assert.Equal(2L, sqlite.Sql("SELECT value FROM settings WHERE name = 'synchronous'"));
        Assert.Equal("wal", sqlite.Sql("SELECT value FROM settings WHERE name = 'journal'"));
        Assert.Equal(1L, sqlite.Sql("SELECT value FROM settings WHERE name = 'delete'"));
    }

    [Fact]
    public async Task A_stop_finishes_what_is_queued_and_leaves_no_log()
    {
        var store = sqlite.Store;
        var commits = Enumerable.Range(1, 500).Select(i => store.Commit(Object($"o{i}"), Of(Set("name", "1", 1)))).ToList();
        sqlite.Close();
        await Task.WhenAll(commits);
        Assert.False(File.Exists(sqlite.Database + "-wal"));
        Assert.Equal(500L, sqlite.Sql("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_stopped_store_refuses_changes()
    {
        var store = sqlite.Store;
        sqlite.Close();
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.Commit(Object("o"), Of(Set("name", "1", 1))));
        Assert.Contains("stopping", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    public async Task Writing_an_item_changes_one_row_however_many_items_the_object_holds(int items)
    {
        await sqlite.Store.Commit(Object("o"), Of([.. Enumerable.Range(0, items).Select(i => Set($"name{i}", "1", 1))]));
        var before = await RowsChanged();
        await sqlite.Store.Commit(Object("o"), Of(Set("name5", "2", 2)));
        await sqlite.Store.Commit(Object("o"), Of(Set("new", "3", 3)));
        Assert.Equal(2, await RowsChanged() - before - 1);
    }

    [Fact]
    public async Task An_object_with_nothing_left_leaves_no_row()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 1, 999)));
        await sqlite.Store.Sweep(1000, Cancel);
        Assert.Equal(0L, sqlite.Sql("SELECT count(*) FROM objects"));
    }

    [Fact]
    public async Task The_log_is_bounded_under_constant_writing()
    {
        var store = sqlite.Store;
        var value = new byte[128 * 1024];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async o =>
        {
            await Task.Yield();
            for (var revision = 1; revision <= 100; revision++)
                await store.Commit(Object($"o{o}"), Of(Set("name", value, revision)));
        }));
        Assert.InRange(new FileInfo(sqlite.Database + "-wal").Length, 1, 110 * 1024 * 1024);
    }

    private async Task<long> RowsChanged()
    {
        // A later count finds one row more changed: this one.
        await sqlite.Store.Run("INSERT OR REPLACE INTO settings VALUES ('changes', total_changes())");
        return Convert.ToInt64(sqlite.Sql("SELECT value FROM settings WHERE name = 'changes'"), CultureInfo.InvariantCulture);
    }
}
