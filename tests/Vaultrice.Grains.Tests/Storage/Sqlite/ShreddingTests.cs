using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Storage.Sqlite;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

/// <summary>What is deleted for good is in none of the engine's files afterwards.</summary>
public sealed class ShreddingTests : IDisposable
{
    private static readonly TimeSpan AnHour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider time = new();
    private readonly SqliteFixture sqlite;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(72);

    public ShreddingTests() => sqlite = new() { Time = time };

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
    public async Task A_state_that_was_replaced_is_gone_from_database_and_log()
    {
        var store = sqlite.Open();
        var etag = await store.Write("keys", [1], null);
        var record = (byte[])sqlite.Sql("SELECT data FROM grain_states WHERE key = 'keys'")!;
        Assert.True(IsInFiles(record), "The state is not where this test looks for it.");
        await store.Write("keys", [2], etag);
        await store.Purge();
        Assert.False(IsInFiles(record), "The state is still in the files.");
    }

    [Fact]
    public async Task The_keys_of_an_expired_object_are_gone_after_the_sweep_without_being_asked_for()
    {
        var store = await WithKeys(expiresAt: 10);
        Assert.Equal(1, await store.Sweep(20, TestContext.Current.CancellationToken));
        // Between the first of these and the second, the writer has the time to do it.
        await store.Run("SELECT 1");
        await store.Run("SELECT 1");
        Assert.False(IsInFiles(key), "The keys are still in the files.");
    }

    [Fact]
    public async Task A_crash_between_deleting_and_cutting_is_made_good_at_the_next_start()
    {
        var store = await WithKeys();
        await store.Delete(Object("o"));
        using var crashed = new SqliteFixture();
        foreach (var file in new[] { "vaultrice.db", "vaultrice.db-wal", "master.key" })
            File.Copy(sqlite.Folder[file], crashed.Folder[file]);
        Assert.True(IsInFiles(key, crashed), "The keys are not where this test looks for them.");
        crashed.Open();
        Assert.False(IsInFiles(key, crashed), "The keys are still in the files.");
    }

    [Fact]
    public async Task While_a_reader_keeps_the_log_from_being_cut_others_write_on()
    {
        var store = await WithKeys();
        Task first, second;
        using (ReadOn())
        {
            await store.Delete(Object("o"));
            (first, second) = (store.Purge(), store.Purge());
            for (var i = 0; i < 20; i++)
                await store.Commit(Object($"other-{i}"), Of(Set("a", "1", 1)));
            Assert.False(first.IsCompleted, "The log was cut under a reader's feet, or that was given up already.");
        }
        await Comes(store, () => first.IsCompleted && second.IsCompleted);
        await Task.WhenAll(first, second);
        Assert.False(IsInFiles(key), "The keys are still in the files.");
    }

    [Fact]
    public async Task Whoever_waits_for_long_is_told_and_the_log_is_cut_when_the_reader_has_gone()
    {
        var store = await WithKeys();
        using (ReadOn())
        {
            await store.Delete(Object("o"));
            var purge = store.Purge();
            var asked = time.GetTimestamp();
            await Comes(store, () => purge.IsCompleted);
            Assert.InRange(time.GetElapsedTime(asked), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
            Assert.Contains("another reader", (await Assert.ThrowsAsync<ObjectStoreException>(() => purge)).Message, StringComparison.Ordinal);
            Assert.True(IsInFiles(key), "The log was cut under a reader's feet.");
        }
        await Comes(store, () => !IsInFiles(key));
    }

    [Fact]
    public async Task Whoever_deletes_again_and_again_leaves_most_of_the_time_to_others()
    {
        var slow = new SlowTime(time);
        using var other = new SqliteFixture { Time = slow };
        var store = other.Open();
        await store.Purge();
        slow.PerLook = TimeSpan.FromSeconds(1);
        await store.Commit(Object("o"), Of(Set("a", "1", 1)));
        await store.Purge();
        slow.PerLook = TimeSpan.Zero;
        // That took a second at least: the next has to wait.
        await store.Commit(Object("o"), Of(Set("a", "1", 2)));
        var next = store.Purge();
        time.Advance(TimeSpan.FromSeconds(8));
        await store.Run("SELECT 1");
        await store.Run("SELECT 1");
        Assert.False(next.IsCompleted, "The next cut came too soon.");
        await Comes(store, () => next.IsCompleted);
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

    private async Task<SqliteStore> WithKeys(long expiresAt = Later)
    {
        var store = sqlite.Open();
        await store.Commit(Object("o"), Of(Set("a", "1", 1, expiresAt)) with { Keys = key });
        Assert.True(IsInFiles(key), "The keys are not where this test looks for them.");
        return store;
    }

    /// <summary>Lets time pass, and the writer have its turns, until something is so.</summary>
    private async Task Comes(SqliteStore store, Func<bool> holds)
    {
        for (var waited = TimeSpan.Zero; !holds(); waited += TimeSpan.FromMilliseconds(500))
        {
            Assert.True(waited < AnHour, "It did not come within an hour.");
            time.Advance(TimeSpan.FromMilliseconds(500));
            await store.Run("SELECT 1");
        }
    }

    /// <summary>A reader that stays in the log until it is disposed of.</summary>
    private SqliteConnection ReadOn()
    {
        var reader = new SqliteConnection($"Data Source={sqlite.Database};Mode=ReadOnly;Pooling=False");
        reader.Open();
        using var command = reader.CreateCommand();
        command.CommandText = "BEGIN; SELECT count(*) FROM objects";
        command.ExecuteScalar();
        return reader;
    }

    private bool IsInFiles(byte[] bytes, SqliteFixture? other = null) => Directory.GetFiles((other ?? sqlite).Folder.Path, "vaultrice.db*").Any(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content.AsSpan().IndexOf(bytes) >= 0;
    });

    /// <summary>A clock that goes on whenever it is looked at, as if everything took long.</summary>
    private sealed class SlowTime(FakeTimeProvider clock) : TimeProvider
    {
        public TimeSpan PerLook { get; set; }

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp()
        {
            clock.Advance(PerLook);
            return clock.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime, period);
    }
}
