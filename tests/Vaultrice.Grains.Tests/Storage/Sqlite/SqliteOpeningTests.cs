using Vaultrice.Grains.Storage.Sqlite;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class SqliteOpeningTests : IDisposable
{
    private readonly SqliteFixture sqlite = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public void A_folder_in_use_is_refused_and_free_again_after_the_stop()
    {
        sqlite.Open();
        AssertRefused("used by another running process", () => DataFolder.Claim(sqlite.Folder.Path).Dispose());
        sqlite.Close();
        DataFolder.Claim(sqlite.Folder.Path).Dispose();
    }

    [Fact]
    public void A_refused_opening_lets_the_folder_go()
    {
        File.WriteAllText(sqlite.Database, new string('x', 10_000));
        AssertRefused("no database", () => sqlite.Open());
        File.Delete(sqlite.Database);
        sqlite.Open();
    }

    [Fact]
    public void A_missing_folder_is_made_for_its_owner_only()
    {
        var folder = sqlite.Folder["deep/data"];
        using var claimed = DataFolder.Claim(folder);
        Assert.True(Directory.Exists(folder));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(sqlite.Folder["file"], "");
        AssertRefused("cannot be made or written to: set Storage:Path", () => DataFolder.Claim(sqlite.Folder["file/data"]));
    }

    [Fact]
    public void A_database_that_cannot_be_written_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "This user may write to read-only files.");
        sqlite.Open();
        sqlite.Close();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(sqlite.Database, UnixFileMode.UserRead);
        AssertRefused("read-only", () => sqlite.Open());
    }

    [Fact]
    public void A_folder_in_place_of_the_database_is_refused()
    {
        Directory.CreateDirectory(sqlite.Database);
        AssertRefused("cannot be opened", () => sqlite.Open());
    }

    [Fact]
    public void The_database_of_another_program_is_refused_and_left_alone()
    {
        sqlite.Sql("CREATE TABLE theirs (a)");
        AssertRefused("another program", () => sqlite.Open());
        Assert.Equal("delete", sqlite.Sql("PRAGMA journal_mode"));
        Assert.False(File.Exists(sqlite.MasterKey));
    }

    [Fact]
    public async Task A_damaged_database_is_refused()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", new byte[100_000], 1)));
        sqlite.Close();
        var bytes = await File.ReadAllBytesAsync(sqlite.Database, Cancel);
        bytes.AsSpan(4096).Fill(0xAB);
        await File.WriteAllBytesAsync(sqlite.Database, bytes, Cancel);
        AssertRefused("damaged", () => sqlite.Open());
    }

    [Fact]
    public async Task An_older_database_is_brought_to_the_new_format_and_then_refused_by_the_old_version()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        sqlite.Close();
        IReadOnlyList<string> newer = [.. SqliteSchema.Migrations, "ALTER TABLE objects ADD COLUMN note TEXT; UPDATE objects SET note = key"];

        var store = sqlite.Open(newer);

        Assert.Equal("1", (await store.Load(Object("o"), Cancel)).Text("name"));
        Assert.Equal("project/class/o", sqlite.Sql("SELECT note FROM objects"));
        Assert.Equal((long)newer.Count, sqlite.Sql("PRAGMA user_version"));
        sqlite.Close();
        AssertRefused("newer version", () => sqlite.Open());
        sqlite.Open(newer);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_old_format()
    {
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        sqlite.Close();
        IReadOnlyList<string> broken = [.. SqliteSchema.Migrations, "CREATE TABLE extra (a)", "CREATE TABLE objects (a)"];

        AssertRefused("cannot be opened", () => sqlite.Open(broken));

        Assert.Equal(0L, sqlite.Sql("SELECT count(*) FROM sqlite_master WHERE name = 'extra'"));
        Assert.Equal("1", (await sqlite.Open().Load(Object("o"), Cancel)).Text("name"));
    }

    [Fact]
    public async Task An_empty_file_becomes_a_database()
    {
        await File.WriteAllBytesAsync(sqlite.Database, [], Cancel);
        await sqlite.Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        Assert.Equal((long)SqliteSchema.Migrations.Count, sqlite.Sql("PRAGMA user_version"));
    }

    private static void AssertRefused(string because, Action open) =>
        Assert.Contains(because, Assert.Throws<ObjectStoreException>(open).Message, StringComparison.Ordinal);
}
