using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Sqlite;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

/// <summary>Commits that go by the journal are stored like others, whatever comes between.</summary>
public sealed class JournalTests : IDisposable
{
    private const int Objects = 4;

    private readonly SqliteFixture sqlite = new();

    /// <summary>Everything goes by the journal, and moves on soon and slowly.</summary>
    internal static JournalBounds Tight { get; } = new() { FromRecords = 1, LargeRecord = int.MaxValue, FullRecords = 8, Portion = 1, ForgottenAtOnce = 3 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly Gen<Fate> Fates = Gen.Frequency(
        (5, Gen.Const(Fate.Succeeds)), (1, Gen.Const(Fate.FailsEarly)), (1, Gen.Const(Fate.FailsMoving)), (1, Gen.Const(Fate.FailsLate)));

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (10, Gen.Select(Gen.Select(Gen.Int[0, Objects - 1], Gen.Int[0, 5], Gen.Bool, static (o, name, removes) => new Change(o, $"n{name}", removes)).Array[1, 6], Fates, Gen.Bool)
            .Select((changes, fate, large) => (Step)new Transaction(changes, fate, large))),
        (1, Gen.Int[0, Objects - 1].Select(o => (Step)new Deletion(o))),
        (2, Fates.Select(fate => (Step)new Settlement(fate))),
        (3, Fates.Select(fate => (Step)new OtherTransaction(fate))),
        (1, Gen.Const((Step)new Restart())),
        (1, Gen.Const((Step)new Pause())));

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public void The_tables_and_the_journal_together_hold_what_was_committed() => Steps.Array[1, 60].Sample(Run, iter: 300, threads: 1);

    [Fact]
    public async Task Many_small_commits_at_once_go_by_the_journal_and_the_tables_follow()
    {
        var time = new FakeTimeProvider();
        using var stored = new SqliteFixture { Time = time };
        var store = stored.Store;
        await Many(store, revision: 1, i => $"{i}");
        await Many(store, revision: 2, i => $"{i + 1}");
        Assert.NotEqual(0L, stored.Sql("SELECT count(*) FROM journal"));
        Assert.Equal("8", (await store.Load(Object("o7"), Cancel)).Text("name"));
        Assert.Equal(0L, stored.Sql("SELECT count(*) FROM journal"));
        Assert.Equal(200L, stored.Sql("SELECT count(*) FROM items WHERE revision = 2"));
    }

    [Fact]
    public void The_journal_is_bounded_under_constant_writing()
    {
        using var tables = new Tables();
        var revisions = new long[Objects];
        tables.Take(new Transaction([new(0, "n", false)], Fate.Succeeds, Large: false), revisions);
        tables.Take(new Settlement(Fate.Succeeds), revisions);
        for (var i = 0; i < 500; i++)
        {
            tables.Take(new Transaction([new(i % Objects, $"n{i % 50}", false)], Fate.Succeeds, Large: false), revisions);
            Assert.InRange(tables.JournalRows, 0, 30);
        }
    }

    [Fact]
    public void What_is_collected_is_bounded_while_many_rows_of_the_journal_are_forgotten()
    {
        const int Full = 20_000;
        using var tables = new Tables(new() { FromRecords = 1, FullBytes = Full, ForgottenAtOnce = 1 });
        var revisions = new long[Objects];
        for (var i = 0; i < 100; i++)
            tables.Take(new Transaction([new(i % Objects, "n", false)], Fate.Succeeds, Large: false), revisions);
        tables.Take(new Pause(), revisions);
        for (var i = 0; i < 100; i++)
        {
            tables.Take(new Transaction([new(i % Objects, "n", false)], Fate.Succeeds, Large: true), revisions);
            Assert.InRange(tables.JournalBytes, 0, 3 * Full);
        }
    }

    [Fact]
    public void What_goes_straight_into_the_tables_is_not_overwritten_by_what_the_journal_still_has_of_it()
    {
        using var tables = new Tables();
        var revisions = new long[Objects];
        for (var i = 0; i < 8; i++)
            tables.Take(new Transaction([new(0, "n", false)], Fate.Succeeds, Large: false), revisions);
        tables.Take(new Pause(), revisions);
        while (tables.Holds(0))
            tables.Take(new OtherTransaction(Fate.Succeeds), revisions);
        Assert.NotEqual(0, tables.JournalRows);
        tables.Take(new Transaction([new(0, "n", false)], Fate.Succeeds, Large: true), revisions);
        tables.Take(new Restart(), revisions);
        tables.CheckAll();
    }

    [Fact]
    public async Task A_commit_queued_behind_a_deletion_is_kept()
    {
        await Many(sqlite.Store, revision: 1, i => $"{i}");
        await Task.WhenAll(Enumerable.Range(0, 50).SelectMany(i => new[]
        {
            sqlite.Store.Delete(Object($"o{i}")),
            sqlite.Store.Commit(Object($"o{i}"), Of(Set("again", "1", 1))),
        }));
        for (var i = 0; i < 50; i++)
            Assert.Equal(["again"], (await sqlite.Store.Load(Object($"o{i}"), Cancel)).Names());
    }

    [Fact]
    public async Task What_a_killed_process_has_left_in_the_journal_is_there_after_the_next_start()
    {
        await Many(sqlite.Store, revision: 1, i => $"{i}");
        using var crashed = new SqliteFixture();
        foreach (var file in new[] { "vaultrice.db", "vaultrice.db-wal", "master.key" })
            File.Copy(sqlite.Folder[file], crashed.Folder[file]);
        Assert.Equal("7", (await crashed.Store.Load(Object("o7"), Cancel)).Text("name"));
        Assert.Equal(200, (await crashed.Store.List("project", null, null, null, 1_000, Cancel)).Count);
    }

    [Fact]
    public async Task An_altered_journal_is_reported_and_not_served()
    {
        await Many(sqlite.Store, revision: 1, i => $"{i}");
        using var crashed = new SqliteFixture();
        foreach (var file in new[] { "vaultrice.db", "vaultrice.db-wal", "master.key" })
            File.Copy(sqlite.Folder[file], crashed.Folder[file]);
        crashed.Sql("UPDATE journal SET commits = substr(commits, 1, length(commits) - 1)");
        Assert.Contains("journal was altered", Assert.Throws<ObjectStoreException>(() => crashed.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_in_the_journal_are_encrypted()
    {
        await Many(sqlite.Store, revision: 1, i => $"plainly-to-be-seen-{i}");
        Assert.DoesNotContain("plainly-to-be-seen", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(sqlite.Database + "-wal", Cancel)), StringComparison.Ordinal);
    }

    private static Task Many(SqliteStore store, long revision, Func<int, string> value) =>
        Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Commit(Object($"o{i}"), Of(Set("name", value(i), revision)))));

    private static void Run(Step[] steps)
    {
        using var tables = new Tables();
        var revisions = new long[Objects];
        foreach (var step in steps)
        {
            tables.Take(step, revisions);
            tables.CheckWhatIsNotHeld();
        }
        tables.Take(new Restart(), revisions);
        tables.CheckAll();
    }

    /// <summary>What becomes of a transaction.</summary>
    private enum Fate
    {
        Succeeds,
        FailsEarly,

        /// <summary>Some items cannot be put into the tables.</summary>
        FailsMoving,

        /// <summary>Everything was done but for the last word.</summary>
        FailsLate,
    }

    private abstract record Step;

    private sealed record Change(int Object, string Name, bool Removes);

    private sealed record Transaction(Change[] Changes, Fate Fate, bool Large) : Step;

    private sealed record Deletion(int Object) : Step;

    private sealed record Settlement(Fate Fate) : Step;

    private sealed record OtherTransaction(Fate Fate) : Step;

    private sealed record Restart : Step;

    private sealed record Pause : Step;

    /// <summary>A writer's session on a database of its own, and what it should hold.</summary>
    private sealed class Tables : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly FakeTimeProvider _time = new();
        private readonly DataKey _key = new(DataKey.NewSecret());
        private readonly SqliteConnection _connection;
        private readonly SqliteReader _reader;
        private readonly Dictionary<string, Dictionary<string, string>> _model = [];
        private readonly JournalBounds _bounds;
        private WriterSession _session;

        public Tables(JournalBounds? bounds = null)
        {
            _bounds = bounds ?? Tight with { LargeRecord = 400 };
            _connection = SqliteDatabase.OpenForWriting(_folder["vaultrice.db"], SqliteSchema.Migrations);
            _reader = new(_folder["vaultrice.db"], _key);
            _session = Open();
        }

        public bool Holds(int o) => _session.Journal.Holds(KeyOf(o));

        public long JournalRows => Number("SELECT count(*) FROM journal");

        public long JournalBytes => Number("SELECT coalesce(sum(length(commits)), 0) FROM journal");

        public void Take(Step step, long[] revisions)
        {
            switch (step)
            {
                case Transaction transaction:
                    // One commit an object, as in the writer's transactions.
                    foreach (var changes in transaction.Changes.GroupBy(change => change.Object))
                        Stage(changes, transaction, revisions);
                    End(transaction.Fate);
                    break;
                case Deletion deletion:
                    _session.Begin();
                    _session.Journal.Settle();
                    _session.Objects.Delete(KeyOf(deletion.Object));
                    _session.Commit();
                    _model.Remove(KeyOf(deletion.Object));
                    break;
                case Settlement settlement:
                    _session.Begin();
                    End(settlement.Fate, _session.Journal.Settle);
                    break;
                case OtherTransaction other:
                    _session.Begin();
                    _session.Probe();
                    End(other.Fate);
                    break;
                case Restart:
                    // As after a kill: nothing is settled first.
                    _session.Dispose();
                    _session = Open();
                    break;
                case Pause:
                    _time.Advance(TimeSpan.FromSeconds(3));
                    break;
            }
        }

        public void CheckWhatIsNotHeld()
        {
            for (var o = 0; o < Objects; o++)
            {
                if (!_session.Journal.Holds(KeyOf(o)))
                    Check(KeyOf(o));
            }
        }

        public void CheckAll()
        {
            Assert.True(_session.Journal.IsEmpty);
            CheckWhatIsNotHeld();
        }

        public void Dispose()
        {
            _session.Dispose();
            _reader.Dispose();
            _connection.Dispose();
            _folder.Dispose();
        }

        private long Number(string sql)
        {
            using var statement = new Statement(_connection.Handle!, sql);
            statement.Step();
            return statement.Number(0);
        }

        private WriterSession Open()
        {
            var session = new WriterSession(_connection.Handle!, _key, _time, _bounds);
            session.Recover();
            return session;
        }

        private void Stage(IEnumerable<Change> changes, Transaction transaction, long[] revisions)
        {
            var o = changes.First().Object;
            if (transaction.Changes[0].Object == o)
                _session.Begin();
            // Lost ones are given out again, as by an object that is loaded again.
            var revision = revisions[o];
            var last = changes.GroupBy(change => change.Name).Select(same => same.Last()).ToArray();
            var records = last.Select(change => change.Removes
                ? Removed(change.Name, ++revision)
                : Set(change.Name, $"{change.Name}-{revision}-{new string('x', transaction.Large ? 1_000 : 0)}", ++revision)).ToArray();
            _session.Journal.Commit(KeyOf(o), Of(records));
            if (transaction.Fate != Fate.Succeeds)
                return;
            revisions[o] = revision;
            if (!_model.TryGetValue(KeyOf(o), out var items))
                _model.Add(KeyOf(o), items = []);
            foreach (var record in records)
            {
                if (record.Item is { } item)
                    items[record.Name] = TestText(item);
                else
                    items.Remove(record.Name);
            }
        }

        private void End(Fate fate, Action? last = null)
        {
            if (fate == Fate.Succeeds)
            {
                last?.Invoke();
                _session.Commit();
                return;
            }
            // Gone with the transaction.
            if (fate == Fate.FailsMoving)
                _session.Run("CREATE TEMP TRIGGER fault BEFORE INSERT ON items WHEN new.name > 'n2' BEGIN SELECT RAISE(FAIL, 'Told to fail.'); END");
            try
            {
                if (fate != Fate.FailsEarly)
                {
                    last?.Invoke();
                    _session.Journal.Complete();
                }
            }
            catch (SqliteException) when (fate == Fate.FailsMoving)
            {
            }
            _session.Rollback();
        }

        private void Check(string key)
        {
            var stored = _reader.Load(key, Cancel);
            Assert.Equal(
                _model.GetValueOrDefault(key, []).Select(item => $"{item.Key}={item.Value}").Order(StringComparer.Ordinal),
                stored.Records.Where(record => record.Item is not null).Select(record => $"{record.Name}={TestText(record.Item!)}").Order(StringComparer.Ordinal));
        }

        private static string TestText(Item item) => System.Text.Encoding.UTF8.GetString(item.Value.Span);

        private static string KeyOf(int o) => Object($"o{o}").ToString();
    }
}
