using System.Collections.Immutable;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class ObjectLimitsTests(ObjectCluster cluster)
{
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task A_value_may_have_just_so_many_bytes()
    {
        Assert.Null(await Refused("a", ObjectCluster.MaxItemBytes));
        Assert.Equal(StorageErrorCode.ItemTooLarge, await Refused("a", ObjectCluster.MaxItemBytes + 1));
        Assert.Equal(StorageErrorCode.ItemTooLarge, await ManyRefused(("b", 10), ("c", ObjectCluster.MaxItemBytes + 1)));
        Assert.Null(await ManyRefused(("c", ObjectCluster.MaxItemBytes)));
        Assert.Equal([ObjectCluster.MaxItemBytes, ObjectCluster.MaxItemBytes], (await _object.Grain.GetAll(null)).Select(item => item.Item.Value.Length));
    }

    [Fact]
    public async Task An_atomic_operation_is_held_to_the_size_of_its_result()
    {
        // An array of one string: 2 brackets and the string; one more element adds a comma and itself.
        await _object.Set("a", $"[{Value(ObjectCluster.MaxItemBytes - 4)}]");
        Assert.Equal(StorageErrorCode.ItemTooLarge, (await _object.Grain.Apply("a", new Push(TestObject.Json("10"), null, null))).Error?.Code);
        var pushed = await _object.Grain.Apply("a", new Push(TestObject.Json("1"), null, null));
        Assert.Equal(ObjectCluster.MaxItemBytes, pushed.Value!.Value.Length);
    }

    [Fact]
    public async Task An_object_may_have_just_so_many_bytes_of_names_and_values()
    {
        await Fill();
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused("äx", 6));
        Assert.Null(await Refused("äx", 5));
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused("y", 2));
        Assert.Equal(StorageErrorCode.ObjectTooLarge, (await _object.Grain.Apply("n", new Increment(TestObject.Json("1"), false, null, null))).Error?.Code);
    }

    [Fact]
    public async Task A_full_object_may_be_overwritten_and_made_smaller_but_not_larger()
    {
        await Fill();
        await _object.Set("äx", Value(5));
        Assert.Null(await Refused("äx", 5));
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused("äx", 6));
        Assert.Null(await Refused("äx", 4));
        Assert.Null(await Refused("äx", 5));
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await ManyRefused(("äx", 11), ("i0", 991)));
        Assert.Null(await ManyRefused(("äx", 11), ("i0", 990)));
        await _object.Remove("i1");
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused("z", 998));
        Assert.Null(await Refused("z", 997));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_bytes_are_counted_the_same_after_a_load(bool afterFailure)
    {
        await Fill();
        if (afterFailure)
        {
            _object.Faults.Next(CommitOutcome.FailBefore);
            await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Set("äx", Value(5)));
        }
        else
        {
            await _object.Deactivate();
        }
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused("äx", 6));
        Assert.Null(await Refused("äx", 5));
    }

    [Fact]
    public async Task An_object_may_have_just_so_many_items()
    {
        for (var i = 0; i < ObjectCluster.MaxItems - 1; i++)
            await _object.Set($"i{i}", "1", ttl: i == 0 ? 60_000 : null);
        Assert.Equal(StorageErrorCode.TooManyItems, await ManyRefused(("x", 2), ("y", 2)));
        Assert.Null(await ManyRefused(("x", 2), ("i5", 2)));
        Assert.Equal(StorageErrorCode.TooManyItems, await Refused("y", 2));
        Assert.Equal(StorageErrorCode.TooManyItems, (await _object.Grain.Apply("n", new Increment(TestObject.Json("1"), false, null, null))).Error?.Code);
        Assert.Null(await Refused("i1", 2));
        Assert.Equal(2, await _object.Increment("i2"));
        Assert.Null(await ManyRefused(("i3", 2), ("i4", 2)));

        await _object.Remove("i3");
        Assert.Null(await Refused("y", 2));
        Assert.Equal(StorageErrorCode.TooManyItems, await Refused("z", 2));
        // Nobody counts what has expired.
        cluster.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Refused("z", 2));
        Assert.Equal(ObjectCluster.MaxItems, (await _object.Grain.GetKeys(null)).Length);
    }

    [Fact]
    public async Task Set_many_changes_nothing_if_one_condition_fails_and_names_all_that_did()
    {
        var a = await _object.Set("a", "1");
        var b = await _object.Set("b", "1");
        var commits = _object.Faults.Seen.Length;
        var result = await _object.Grain.SetMany(
        [
            new("a", new(TestObject.Json("2"), null, false, a.UpdatedAt, null)),
            new("b", new(TestObject.Json("2"), null, false, b.UpdatedAt + 1, null)),
            new("c", new(TestObject.Json("2"), null, false, b.UpdatedAt, null)),
            new("d", new(TestObject.Json("2"), null, false, null, null)),
        ]);
        Assert.Equal(StorageErrorCode.UpdatedAtMismatch, result.Error!.Code);
        Assert.Equal(["b", "c"], result.Error.Items);
        Assert.Equal(["a=1", "b=1"], await _object.All());
        Assert.Equal(commits, _object.Faults.Seen.Length);
    }

    /// <summary>Leaves room for 8 bytes.</summary>
    private async Task Fill()
    {
        for (var i = 0; i < 4; i++)
            await _object.Set($"i{i}", Value(996));
    }

    private async Task<StorageErrorCode?> Refused(string name, int bytes) => (await _object.Try(name, Value(bytes))).Error?.Code;

    private async Task<StorageErrorCode?> ManyRefused(params (string Name, int Bytes)[] writes)
    {
        var before = await _object.All();
        ImmutableArray<NamedWrite> many = [.. writes.Select(write => new NamedWrite(write.Name, new(TestObject.Json(Value(write.Bytes)), null, false, null, null)))];
        var refusal = (await _object.Grain.SetMany(many)).Error?.Code;
        if (refusal is not null)
            Assert.Equal(before, await _object.All());
        return refusal;
    }

    /// <summary>JSON of just so many bytes.</summary>
    private static string Value(int bytes) => bytes < 2 ? "1" : $"\"{new string('v', bytes - 2)}\"";
}
