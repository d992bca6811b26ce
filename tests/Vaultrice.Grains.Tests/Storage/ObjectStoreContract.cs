using System.Text;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;
using Xunit;
using static Vaultrice.Grains.Tests.Storage.Commits;

namespace Vaultrice.Grains.Tests.Storage;

/// <summary>What every engine promises of objects; one class per engine runs it.</summary>
public abstract class ObjectStoreContract
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task An_object_never_written_is_empty_at_revision_0()
    {
        var stored = await Store.Load(Object("nobody"), Cancel);
        Assert.Equal(0, stored.Revision);
        Assert.Empty(stored.Records);
        Assert.Null(stored.Encryption);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(7)]
    public async Task An_item_comes_back_with_everything_it_was_stored_with(int? keyVersion)
    {
        var item = new Item(Encoding.UTF8.GetBytes("{\"a\": 1 }"), Later, 12, 34, keyVersion);
        await Store.Commit(Object("o"), new(5, [new("name", item, 5, Later)], null, Later));

        var stored = await Store.Load(Object("o"), Cancel);

        Assert.Equal(5, stored.Revision);
        var record = Assert.Single(stored.Records);
        Assert.Equal(("name", 5, Later), (record.Name, record.Revision, record.ExpiresAt));
        Assert.Equal((Later, 12, 34, keyVersion), (record.Item!.ExpiresAt, record.Item.CreatedAt, record.Item.UpdatedAt, record.Item.KeyVersion));
        Assert.Equal("{\"a\": 1 }", stored.Text("name"));
    }

    [Fact]
    public async Task Names_differ_when_any_byte_of_them_does()
    {
        string[] names =
        [
            "a", "A", "a ", " a", "a/b", "a%", "a_", "%", "'; DROP TABLE items; --", "\"", "\\", "ä", "a\u0308", "😀", "\u202Ea",
            "0", "00", "null", "__proto__", new('n', StorageObjectId.MaxNameBytes), new string('ä', StorageObjectId.MaxNameBytes / 2),
        ];
        await Store.Commit(Object("o"), Of([.. names.Select((name, i) => Set(name, $"\"{i}\"", i + 1))]));

        var stored = await Store.Load(Object("o"), Cancel);

        Assert.Equal(names.Length, stored.Records.Count);
        Assert.All(names, (name, i) => Assert.Equal($"\"{i}\"", stored.Text(name)));
    }

    [Fact]
    public async Task What_a_project_holds_is_measured_class_by_class_without_what_was_removed_or_has_expired()
    {
        await Store.Commit(new("m", "c", "one"), Of(Set("a", "\"12\"", 1), Set("ä", "3", 2), Removed("gone", 3)));
        await Store.Commit(new("m", "c", "two"), Of(Set("a", "45", 1)));
        await Store.Commit(new("m", "d", "one"), new(1, [new("soon", new(Encoding.UTF8.GetBytes("1"), 500, 1, 1, null), 1, 500)], null, 500));
        await Store.Commit(new("m2", "c", "one"), Of(Set("a", "1", 1)));

        var totals = (await Store.Measure("m", 499, Cancel)).OrderBy(total => total.Class, StringComparer.Ordinal).ToArray();
        // What a class's additional encryption adds to an item.
        var more = totals[^1].Bytes - 5;
        Assert.InRange(more, 0, 64);
        var first = new StoredTotal("c", 5 + 3 + 3 + 3 * more, 3);
        Assert.Equal([first, new("d", 5 + more, 1)], totals);
        Assert.Equal([first], (await Store.Measure("m", 500, Cancel)).Where(total => total.Items > 0));
        Assert.Empty(await Store.Measure("nothing", 0, Cancel));
    }

    [Fact]
    public async Task Encryption_settings_are_measured_as_one_item_more()
    {
        var settings = new EncryptionSettingsHistory(new(new byte[16], 0, 1), []);
        await Store.Commit(new("m3", "c", "one"), new(1, [], settings, long.MaxValue));
        Assert.Equal([new("c", EncryptionRecord.SizeOf(settings), 1)], await Store.Measure("m3", 0, Cancel));
    }

    [Fact]
    public async Task Objects_with_similar_addresses_are_different_objects()
    {
        StorageObjectId[] ids = [new("p", "c", "a/b"), new("p", "c", "a"), new("p", "c", "A"), new("p", "d", "a"), new("q", "c", "a"), new("p", "c", "ä😀'")];
        foreach (var id in ids)
            await Store.Commit(id, Of(Set("name", id.ToString(), 1)));
        foreach (var id in ids)
            Assert.Equal(id.ToString(), (await Store.Load(id, Cancel)).Text("name"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(16 * 1024 * 1024)]
    public async Task A_value_comes_back_byte_for_byte_whatever_its_size(int size)
    {
        var value = new byte[size];
        new Random(size).NextBytes(value);
        await Store.Commit(Object("o"), Of(Set("name", value, 1)));
        Assert.True((await Store.Load(Object("o"), Cancel)).Records.Single().Item!.Value.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task A_stored_value_is_a_copy()
    {
        var value = "\"before\""u8.ToArray();
        await Store.Commit(Object("o"), Of(Set("name", value, 1)));
        "\"after!\""u8.CopyTo(value);
        Assert.Equal("\"before\"", (await Store.Load(Object("o"), Cancel)).Text("name"));
    }

    [Fact]
    public async Task A_later_commit_replaces_the_items_it_names_and_leaves_the_others()
    {
        await Store.Commit(Object("o"), Of(Set("a", "1", 1), Set("b", "2", 2)));
        await Store.Commit(Object("o"), Of(Set("b", "20", 3), Set("c", "30", 4)));

        var stored = await Store.Load(Object("o"), Cancel);

        Assert.Equal(4, stored.Revision);
        Assert.Equal(["a", "b", "c"], stored.Names());
        Assert.Equal(("1", "20", "30"), (stored.Text("a"), stored.Text("b"), stored.Text("c")));
        Assert.Equal(3, stored.Records.Single(record => record.Name == "b").Revision);
    }

    [Fact]
    public async Task A_removal_leaves_a_trace_that_a_new_value_replaces()
    {
        await Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        await Store.Commit(Object("o"), Of(Removed("name", 2, expiresAt: 77)));

        var trace = Assert.Single((await Store.Load(Object("o"), Cancel)).Records);
        Assert.Equal(new("name", null, 2, 77), trace);

        await Store.Commit(Object("o"), Of(Set("name", "3", 3)));
        Assert.Equal("3", (await Store.Load(Object("o"), Cancel)).Text("name"));
    }

    [Fact]
    public async Task A_commit_without_records_stores_its_revision()
    {
        await Store.Commit(Object("o"), Of(Set("name", "1", 1)));
        await Store.Commit(Object("o"), new(9, [], null, Later));

        var stored = await Store.Load(Object("o"), Cancel);

        Assert.Equal(9, stored.Revision);
        Assert.Equal(["name"], stored.Names());
    }

    [Fact]
    public async Task Encryption_settings_stay_until_others_are_stored()
    {
        var first = new EncryptionSettings(new byte[] { 1, 2, 3 }, 0, 1000);
        var second = new EncryptionSettings(new byte[] { 4, 5 }, 1, 2000);
        await Store.Commit(Object("o"), new(1, [], new(first, []), long.MaxValue));
        await Store.Commit(Object("o"), Of(Set("name", "1", 2)));
        AssertSettings(first, (await Store.Load(Object("o"), Cancel)).Encryption!.Current);

        await Store.Commit(Object("o"), new(3, [], new(second, [first]), Later));

        var stored = (await Store.Load(Object("o"), Cancel)).Encryption!;
        AssertSettings(second, stored.Current);
        AssertSettings(first, Assert.Single(stored.Previous));
    }

    [Fact]
    public async Task Thousands_of_commits_at_once_over_many_objects_are_all_stored()
    {
        const int objects = 100, commits = 50;
        await Task.WhenAll(Enumerable.Range(0, objects).Select(async o =>
        {
            await Task.Yield();
            for (var revision = 1; revision <= commits; revision++)
                await Store.Commit(Object($"o{o}"), Of(Set($"name{revision % 10}", $"\"{o}-{revision}\"", revision)));
        }));
        for (var o = 0; o < objects; o++)
        {
            var stored = await Store.Load(Object($"o{o}"), Cancel);
            Assert.Equal(commits, stored.Revision);
            Assert.Equal(
                Enumerable.Range(41, 10).Select(revision => $"\"{o}-{revision}\"").Order(),
                stored.Records.Select(record => stored.Text(record.Name)).Order());
        }
    }

    [Fact]
    public async Task A_load_sees_every_commit_that_has_returned()
    {
        for (var revision = 1; revision <= 100; revision++)
        {
            await Store.Commit(Object("o"), Of(Set("name", $"{revision}", revision)));
            Assert.Equal($"{revision}", (await Store.Load(Object("o"), Cancel)).Text("name"));
        }
    }

    [Fact]
    public async Task A_load_never_sees_half_a_commit()
    {
        var id = Object("o");
        ItemRecord[] All(int revision) => [.. Enumerable.Range(0, 20).Select(i => Set($"name{i}", $"{revision}", revision))];
        await Store.Commit(id, Of(All(1)));
        var writing = Task.Run(
            async () =>
            {
                for (var revision = 2; revision <= 200; revision++)
                    await Store.Commit(id, Of(All(revision)));
            },
            Cancel);
        do
        {
            var stored = await Store.Load(id, Cancel);
            Assert.All(stored.Records, record => Assert.Equal(stored.Revision, record.Revision));
            Assert.Equal(20, stored.Records.Count);
        }
        while (!writing.IsCompleted);
        await writing;
    }

    [Fact]
    public async Task A_deleted_object_is_as_if_it_had_never_been_and_can_be_written_anew()
    {
        await Store.Commit(Object("o"), new(7, [Set("name", "1", 7)], new(new(new byte[] { 1 }, 0, 1), []), Later));
        await Store.Commit(Object("other"), Of(Set("name", "1", 1)));
        await Store.Delete(Object("o"));
        await Store.Delete(Object("o"));

        var stored = await Store.Load(Object("o"), Cancel);
        Assert.Equal((0, 0), (stored.Revision, stored.Records.Count));
        Assert.Null(stored.Encryption);
        Assert.Single((await Store.Load(Object("other"), Cancel)).Records);

        await Store.Commit(Object("o"), Of(Set("new", "2", 1)));
        Assert.Equal(["new"], (await Store.Load(Object("o"), Cancel)).Names());
    }

    [Fact]
    public async Task Objects_are_listed_page_by_page_in_the_order_of_their_bytes()
    {
        StorageObjectId[] ids =
        [
            new("p", "c", "A"), new("p", "c", "a"), new("p", "c", "a/b"), new("p", "c", "ab"), new("p", "c", "ä"), new("p", "c", "\uFFFD"),
            new("p", "c", "😀"), new("p", "c", "\U0010FFFF"), new("p", "cc", "a"),
        ];
        foreach (var id in ids.Append(new("o", "c", "a")).Append(new("pp", "c", "a")).Reverse())
            await Store.Commit(id, Of(Set("name", "1", 1)));

        List<StorageObjectId> listed = [];
        while (await Store.List("p", null, null, listed.Count == 0 ? null : listed[^1], 2, Cancel) is { Count: > 0 } page)
            listed.AddRange(page);
        Assert.Equal(ids, listed);

        Assert.Equal(ids[..8], await Store.List("p", "c", null, null, 100, Cancel));
        Assert.Equal(ids[1..4], await Store.List("p", "c", "a", null, 100, Cancel));
        Assert.Equal(ids[2..4], await Store.List("p", "c", "a", ids[1], 100, Cancel));
        Assert.Equal(ids[1..4], await Store.List("p", "c", "a", new("o", "c", "z"), 100, Cancel));
        Assert.Empty(await Store.List("q", null, null, null, 100, Cancel));
    }

    [Fact]
    public async Task A_store_in_use_can_be_probed() => await Store.Probe(Cancel);

    private static void AssertSettings(EncryptionSettings expected, EncryptionSettings actual)
    {
        Assert.Equal(expected.Salt.ToArray(), actual.Salt.ToArray());
        Assert.Equal((expected.KeyVersion, expected.CreatedAt), (actual.KeyVersion, actual.CreatedAt));
    }
}
