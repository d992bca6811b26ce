using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class MasterKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SqliteFixture sqlite = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => sqlite.Dispose();

    [Fact]
    public void A_new_key_file_is_for_its_owner_only()
    {
        sqlite.Open();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No modes here.");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(sqlite.MasterKey));
        Assert.False(File.Exists(sqlite.MasterKey + ".new"));
    }

    [Fact]
    public void Every_store_gets_a_key_of_its_own()
    {
        using var other = new SqliteFixture();
        sqlite.Open();
        other.Open();
        Assert.NotEqual(File.ReadAllText(sqlite.MasterKey), File.ReadAllText(other.MasterKey));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_file_open_to_others_is_refused(UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No modes here.");
        sqlite.Open();
        sqlite.Close();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(sqlite.MasterKey, OwnerOnly | mode);
        AssertRefused("chmod 600");
    }

    [Fact]
    public void A_missing_key_is_refused_and_no_new_one_made()
    {
        sqlite.Open();
        sqlite.Close();
        File.Delete(sqlite.MasterKey);
        AssertRefused("missing");
        Assert.False(File.Exists(sqlite.MasterKey));
    }

    [Fact]
    public void Another_key_is_refused()
    {
        sqlite.Open();
        sqlite.Close();
        File.Delete(sqlite.MasterKey);
        var other = MasterKey.Create();
        MasterKeyFile.Write(sqlite.MasterKey, [other]);
        AssertRefused($"holds the key '{other.Id}', but the data is encrypted with");
    }

    [Fact]
    public void A_damaged_key_file_is_refused()
    {
        sqlite.Open();
        sqlite.Close();
        var text = File.ReadAllText(sqlite.MasterKey);
        File.WriteAllText(sqlite.MasterKey, text[..^4] + (text[^4] == 'A' ? 'B' : 'A') + text[^3..]);
        AssertRefused("damaged");
        File.WriteAllText(sqlite.MasterKey, "");
        AssertRefused("damaged");
    }

    [Fact]
    public void An_altered_data_key_is_refused()
    {
        sqlite.Open();
        sqlite.Close();
        sqlite.Sql("UPDATE settings SET value = zeroblob(60) WHERE name = 'data_key'");
        AssertRefused("altered");
    }

    [Fact]
    public async Task A_key_kept_elsewhere_opens_the_data_again()
    {
        using var elsewhere = new TempFolder();
        await sqlite.Open(masterKeyPath: elsewhere["my.key"]).Commit(Object("o"), Of(Set("name", "1", 1)));
        Assert.False(File.Exists(sqlite.MasterKey));
        sqlite.Close();
        Assert.Equal("1", (await sqlite.Open(masterKeyPath: elsewhere["my.key"]).Load(Object("o"), Cancel)).Text("name"));
    }

    [Fact]
    public void A_key_made_before_a_crash_and_before_any_data_is_used()
    {
        var key = MasterKey.Create();
        MasterKeyFile.Write(sqlite.MasterKey, [key]);
        sqlite.Open();
        Assert.Equal(key.Id, Assert.Single(MasterKeyFile.Read(sqlite.MasterKey)).Id);
    }

    private void AssertRefused(string because) =>
        Assert.Contains(because, Assert.Throws<ObjectStoreException>(() => sqlite.Open()).Message, StringComparison.Ordinal);
}
