using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage;

/// <summary>What every engine promises of expiry.</summary>
public abstract class SweepContract
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task What_expired_before_the_time_goes_and_the_rest_stays()
    {
        await Store.Commit(Object("o"), Of(Set("before", "1", 1, 999), Set("at", "2", 2, 1000), Removed("trace", 3, 998)));

        Assert.Equal(2, await SweepAll(1000));
        var stored = await Store.Load(Object("o"), Cancel);
        Assert.Equal(["at"], stored.Names());
        Assert.Equal(3, stored.Revision);
        Assert.Equal(0, await SweepAll(1000));
        Assert.Equal(1, await SweepAll(1001));
    }

    [Fact]
    public async Task The_revision_stays_when_the_item_that_carries_it_goes()
    {
        await Store.Commit(Object("o"), new(1, [Set("stays", "1", 1, 5000)], null, 999));
        await Store.Commit(Object("o"), new(2, [Set("goes", "2", 2, 999)], null, 999));
        Assert.Equal(1, await SweepAll(1000));
        Assert.Equal(2, (await Store.Load(Object("o"), Cancel)).Revision);
    }

    [Fact]
    public async Task An_object_with_nothing_left_is_gone_and_can_be_written_anew()
    {
        await Store.Commit(Object("o"), Of(Set("name", "1", 5, 999)));
        Assert.Equal(1, await SweepAll(1000));
        Assert.Equal(0, (await Store.Load(Object("o"), Cancel)).Revision);

        await Store.Commit(Object("o"), Of(Set("name", "2", 6)));
        var stored = await Store.Load(Object("o"), Cancel);
        Assert.Equal((6, "2"), (stored.Revision, stored.Text("name")));
    }

    [Fact]
    public async Task An_object_with_encryption_settings_stays_when_its_items_have_gone()
    {
        var settings = new EncryptionSettingsHistory(new(new byte[] { 1 }, 0, 1), []);
        await Store.Commit(Object("o"), new(5, [Set("name", "1", 5, 999)], settings, 999));
        Assert.Equal(1, await SweepAll(1000));

        var stored = await Store.Load(Object("o"), Cancel);
        Assert.Equal(5, stored.Revision);
        Assert.Empty(stored.Records);
        Assert.NotNull(stored.Encryption);
    }

    [Fact]
    public async Task A_next_expiry_noted_too_early_hides_nothing()
    {
        for (var i = 0; i < 300; i++)
            await Store.Commit(Object($"early{i}"), new(1, [Set("name", "1", 1, 5000)], null, 10));
        await Store.Commit(Object("due"), Of(Set("name", "1", 1, 999)));

        Assert.Equal(1, await Store.Sweep(1000, Cancel));
        Assert.Equal(300, await SweepAll(5001));
    }

    [Fact]
    public async Task A_commit_sets_the_next_expiry_anew()
    {
        await Store.Commit(Object("o"), Of(Set("name", "1", 1, 5000)));
        await Store.Commit(Object("o"), Of(Set("sooner", "2", 2, 999)));
        Assert.Equal(1, await SweepAll(1000));
        Assert.Equal(["name"], (await Store.Load(Object("o"), Cancel)).Names());

        await Store.Commit(Object("o"), Of(Set("name", "3", 3, 9000)));
        Assert.Equal(0, await SweepAll(5001));
        Assert.Equal(1, await SweepAll(9001));
    }

    [Fact]
    public async Task Commits_after_a_sweep_expire_too()
    {
        await Store.Commit(Object("o"), new(1, [Set("short", "1", 1, 999), Set("long", "1", 1, 5000)], null, 999));
        Assert.Equal(1, await SweepAll(1000));
        await Store.Commit(Object("o"), new(2, [Set("short", "2", 2, 999)], null, 999));
        Assert.Equal(1, await SweepAll(1000));
        Assert.Equal(["long"], (await Store.Load(Object("o"), Cancel)).Names());
    }

    [Fact]
    public async Task Many_records_go_in_portions()
    {
        await Store.Commit(Object("large"), Of([.. Enumerable.Range(0, 3500).Select(i => Set($"name{i}", "1", 1, 999))]));
        for (var i = 0; i < 250; i++)
            await Store.Commit(Object($"small{i}"), Of(Set("name", "1", 1, 998)));

        Assert.InRange(await Store.Sweep(1000, Cancel), 1, 1000);
        await SweepAll(1000);

        Assert.Equal(0, (await Store.Load(Object("large"), Cancel)).Revision);
        Assert.Equal(0, (await Store.Load(Object("small249"), Cancel)).Revision);
    }

    [Fact]
    public async Task What_never_expires_stays()
    {
        await Store.Commit(Object("o"), Of(Set("name", "1", 1, long.MaxValue)));
        Assert.Equal(0, await SweepAll(Later));
        Assert.Equal(["name"], (await Store.Load(Object("o"), Cancel)).Names());
    }

    private async Task<int> SweepAll(long expiredBefore)
    {
        var total = 0;
        while (await Store.Sweep(expiredBefore, Cancel) is > 0 and var deleted)
            total += deleted;
        return total;
    }
}
