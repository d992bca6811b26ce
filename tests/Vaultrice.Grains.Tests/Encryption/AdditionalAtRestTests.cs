using System.Collections.Immutable;
using System.Text;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Encryption;

[Collection(ObjectClusterTests.Name)]
public sealed class AdditionalAtRestTests(ObjectCluster cluster) : IAsyncLifetime
{
    private readonly string _project = "p" + Guid.NewGuid().ToString("N");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await cluster.PutClass(_project, "class", null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Values_are_stored_sealed_and_read_plain()
    {
        await Switch(on: true);
        var o = NewObject();
        await o.Set("a", "\"secret\"");
        await o.Set("b", "[1]");

        Assert.All((await o.Stored()).Records, record => Assert.Equal(2, record.Item!.Value.Span[0]));
        Assert.False((await o.Stored()).Keys.IsEmpty);
        Assert.DoesNotContain("secret", Everything(await o.Stored()), StringComparison.Ordinal);
        await o.Deactivate();
        Assert.Equal(["a=\"secret\"", "b=[1]"], await o.All());
    }

    [Fact]
    public async Task Without_the_switch_nothing_is_sealed_and_no_key_is_made()
    {
        var o = NewObject();
        await o.Set("a", "1");
        Assert.True((await o.Stored()).Keys.IsEmpty);
        Assert.Equal("1", TestObject.Text((await o.Stored()).Records.Single().Item!.Value));
        Assert.Empty((await cluster.Client.GetGrain<IProjectKeysGrain>(_project).Get()).Keys);
    }

    [Fact]
    public async Task Switched_on_seals_what_is_written_next_and_leaves_the_rest_until_asked()
    {
        var o = NewObject();
        await o.Set("old", "1");
        await Switch(on: true);
        await o.Set("new", "2");
        Assert.Equal(["new:1", "old:0"], await Seals(o));

        var keys = await o.Order(ObjectKeysOrder.Apply);

        Assert.Equal((1, 0, 1), (keys.Changed, keys.PlainItems, keys.Current));
        Assert.Equal(["new:1", "old:1"], await Seals(o));
        await o.Deactivate();
        Assert.Equal(["new=2", "old=1"], await o.All());
    }

    [Fact]
    public async Task Switched_on_seals_the_very_next_write_though_the_silo_has_to_ask_for_the_settings()
    {
        var o = NewObject();
        await o.Set("old", "1");
        await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: true, Required: false) }, isAtHand: false);
        await o.Set("new", "2");
        Assert.Equal(["new:1", "old:0"], await Seals(o));
    }

    [Fact]
    public async Task Sealing_anew_is_no_change_for_anybody()
    {
        var o = NewObject();
        var before = await o.Set("a", "1");
        var gateway = await cluster.NewGateway();
        await gateway.Connect(o);
        await Switch(on: true);

        await o.Order(ObjectKeysOrder.Apply);

        Assert.Equal(before with { Value = default }, (await o.Grain.Get("a"))! with { Value = default });
        await o.Set("b", "2");
        Assert.Equal(["b=2"], await gateway.Hears(o, 1));
    }

    [Fact]
    public async Task Switched_off_what_was_sealed_stays_readable_and_what_is_written_is_plain()
    {
        await Switch(on: true);
        var o = NewObject();
        await o.Set("a", "1");
        await Switch(on: false);
        await o.Set("b", "2");
        Assert.Equal(["a:1", "b:0"], await Seals(o));
        await o.Deactivate();
        Assert.Equal(["a=1", "b=2"], await o.All());

        await o.Order(ObjectKeysOrder.Apply);

        Assert.Equal(["a:0", "b:0"], await Seals(o));
    }

    [Fact]
    public async Task A_failed_first_commit_leaves_no_key_behind_that_the_store_does_not_have()
    {
        await Switch(on: true);
        var o = NewObject();
        o.Faults.Next(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => o.Set("a", "1"));
        await o.Set("a", "2");
        await o.Deactivate();
        Assert.Equal("2", await o.Get("a"));
    }

    [Fact]
    public async Task A_commit_that_was_stored_and_seemed_to_fail_is_read_with_its_key()
    {
        await Switch(on: true);
        var o = NewObject();
        o.Faults.Next(CommitOutcome.FailAfter);
        await Assert.ThrowsAsync<ObjectStoreException>(() => o.Set("a", "1"));
        Assert.Equal("1", await o.Get("a"));
        await o.Set("b", "2");
        await o.Deactivate();
        Assert.Equal(["a=1", "b=2"], await o.All());
    }

    [Theory]
    [InlineData("another item")]
    [InlineData("another object")]
    [InlineData("another project")]
    [InlineData("another time")]
    [InlineData("another revision")]
    [InlineData("altered")]
    [InlineData("truncated")]
    [InlineData("cut to its mark")]
    [InlineData("another key version")]
    public async Task A_sealed_value_that_was_moved_or_altered_is_reported_and_others_are_served(string how)
    {
        await Switch(on: true);
        var (o, other) = (NewObject(), NewObject());
        var foreign = cluster.NewObject(_project + "-foreign", "class");
        await Switch(on: true, _project + "-foreign");
        foreach (var one in new[] { o, other, foreign })
        {
            await one.Set("a", "\"secret-a\"");
            await one.Set("b", "\"secret-b\"");
        }
        var stored = await o.Stored();
        var a = stored.Records.Single(record => record.Name == "a");
        var value = a.Item!.Value;
        await o.Replace(stored, how switch
        {
            "another item" => With(a, stored.Records.Single(record => record.Name == "b").Item!.Value),
            "another object" => With(a, (await other.Stored()).Records.Single(record => record.Name == "a").Item!.Value),
            "another project" => With(a, (await foreign.Stored()).Records.Single(record => record.Name == "a").Item!.Value),
            "another time" => a with { Item = a.Item with { UpdatedAt = a.Item.UpdatedAt + 1 } },
            "another revision" => a with { Revision = a.Revision + 100 },
            "altered" => With(a, Flip(value, value.Length - 1)),
            "truncated" => With(a, value[..^1]),
            "cut to its mark" => With(a, value[..1]),
            _ => With(a, Flip(value, 4)),
        });

        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => o.Get("b"));

        Assert.Contains(o.Key, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal("\"secret-a\"", await other.Get("a"));
    }

    [Theory]
    [InlineData("of another object")]
    [InlineData("altered")]
    [InlineData("truncated")]
    public async Task Keys_that_were_moved_or_altered_are_reported(string how)
    {
        await Switch(on: true);
        var (o, other) = (NewObject(), NewObject());
        await o.Set("a", "1");
        await other.Set("a", "2");
        var stored = await o.Stored();
        await o.Replace(stored with
        {
            Keys = how switch
            {
                "of another object" => (await other.Stored()).Keys,
                "altered" => Flip(stored.Keys, stored.Keys.Length - 1),
                _ => stored.Keys[..^1],
            },
        });
        Assert.Contains(o.Key, (await Assert.ThrowsAsync<ObjectStoreException>(() => o.Get("a"))).Message, StringComparison.Ordinal);
        Assert.Equal("2", await other.Get("a"));
    }

    [Fact]
    public async Task While_the_master_key_is_away_objects_with_keys_go_on_and_others_are_refused_and_nothing_is_stored()
    {
        await Switch(on: true);
        await Switch(on: true, _project + "-new");
        var known = NewObject();
        await known.Set("a", "1");
        var unknown = cluster.NewObject(_project + "-new", "class");
        cluster.MasterKey.IsAway = true;
        try
        {
            await known.Set("a", "2");
            // The project's key is known, so a new object of it gets a key too.
            await NewObject().Set("a", "1");
            await Assert.ThrowsAsync<KeysUnavailableException>(() => unknown.Set("a", "\"plain\""));
            Assert.Empty((await unknown.Stored()).Records);
            Assert.Null(await unknown.Get("a"));
        }
        finally
        {
            cluster.MasterKey.IsAway = false;
        }
        cluster.Advance(TimeSpan.FromSeconds(2));
        await unknown.Set("a", "3");
        await known.Deactivate();
        Assert.Equal(("2", "3"), (await known.Get("a"), await unknown.Get("a")));
    }

    private TestObject NewObject() => cluster.NewObject(_project, "class");

    private Task Switch(bool on, string? project = null) =>
        cluster.PutClass(project ?? _project, "class", new() { Encryption = new(AdditionalAtRest: on, Required: false) });

    private static ItemRecord With(ItemRecord record, ReadOnlyMemory<byte> value) => record with { Item = record.Item! with { Value = value } };

    private static byte[] Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 1;
        return flipped;
    }

    private static async Task<ImmutableArray<string>> Seals(TestObject o) =>
        [.. (await o.Stored()).Records.Select(record => $"{record.Name}:{(record.Item!.Value.Span[0] == 2 ? record.Item.Value.Span[4] : 0)}").Order(StringComparer.Ordinal)];

    private static string Everything(StoredObject stored) =>
        string.Concat(stored.Records.Select(record => Encoding.Latin1.GetString(record.Item!.Value.Span))) + Encoding.Latin1.GetString(stored.Keys.Span);
}
