using Vaultrice.Encryption;
using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Encryption;

/// <summary>Rotation of an object's own key: reversible until the old one is dropped.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class ObjectKeysTests(ObjectCluster cluster) : IAsyncLifetime
{
    private readonly string _project = "p" + Guid.NewGuid().ToString("N");
    private TestObject _object = null!;

    public async ValueTask InitializeAsync()
    {
        await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: true, Required: false) });
        _object = cluster.NewObject(_project, "class");
        await _object.Set("a", "1");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_key_seals_what_is_written_next_and_the_old_one_still_opens()
    {
        Assert.Equal(2, (await _object.Order(ObjectKeysOrder.Rotate)).Current);
        await _object.Set("b", "2");
        Assert.Equal([1, 1], (await _object.Order(ObjectKeysOrder.Tell)).Keys.Select(key => key.Items));
        await _object.Deactivate();
        Assert.Equal(["a=1", "b=2"], await _object.All());
    }

    [Fact]
    public async Task Applied_the_new_key_seals_everything_and_the_old_one_can_be_dropped()
    {
        await _object.Order(ObjectKeysOrder.Rotate);
        Assert.Equal(StorageErrorCode.StillInUse, await _object.Refused(ObjectKeysOrder.Drop, 1));
        Assert.Equal(StorageErrorCode.StillInUse, await _object.Refused(ObjectKeysOrder.Drop, 2));

        Assert.Equal([0, 1], (await _object.Order(ObjectKeysOrder.Apply)).Keys.Select(key => key.Items));

        Assert.Equal(2, Assert.Single((await _object.Order(ObjectKeysOrder.Drop, 1)).Keys).Version);
        Assert.Equal(StorageErrorCode.UnknownResource, await _object.Refused(ObjectKeysOrder.MakeCurrent, 1));
        await _object.Deactivate();
        Assert.Equal("1", await _object.Get("a"));
    }

    [Fact]
    public async Task A_dropped_key_that_may_still_be_in_the_files_is_not_reported_as_dropped()
    {
        await _object.Order(ObjectKeysOrder.Rotate);
        await _object.Order(ObjectKeysOrder.Apply);
        cluster.Store.FailNextPurges(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Order(ObjectKeysOrder.Drop, 1));
        await Assert.ThrowsAsync<ObjectStoreException>(() => _object.Refused(ObjectKeysOrder.Drop, 1));
        Assert.Equal(StorageErrorCode.UnknownResource, await _object.Refused(ObjectKeysOrder.Drop, 1));
        await _object.Deactivate();
        Assert.Equal("1", await _object.Get("a"));
    }

    [Fact]
    public async Task Rolled_back_the_old_key_seals_again()
    {
        await _object.Order(ObjectKeysOrder.Rotate);
        await _object.Set("b", "2");
        Assert.Equal(1, (await _object.Order(ObjectKeysOrder.MakeCurrent, 1)).Current);
        await _object.Deactivate();
        await _object.Set("c", "3");
        Assert.Equal([2, 1], (await _object.Order(ObjectKeysOrder.Tell)).Keys.Select(key => key.Items));
        Assert.Equal(["a=1", "b=2", "c=3"], await _object.All());
    }

    [Fact]
    public async Task Orders_and_writes_at_the_same_time_lose_nothing()
    {
        var orders = new[] { ObjectKeysOrder.Rotate, ObjectKeysOrder.Apply, ObjectKeysOrder.Rotate, ObjectKeysOrder.Rewrap, ObjectKeysOrder.Apply };
        var all = orders.Select(order => (Task)_object.Order(order)).Concat(Enumerable.Range(0, 30).Select(_ => (Task)_object.Increment("n")));
        await Task.WhenAll(all);
        await _object.Order(ObjectKeysOrder.Apply);
        await _object.Order(ObjectKeysOrder.Drop, 1);
        await _object.Deactivate();
        Assert.Equal(["a=1", "n=30"], await _object.All());
    }

    [Fact]
    public async Task An_object_that_is_not_stored_gets_no_key() =>
        Assert.Equal(StorageErrorCode.UnknownResource, await cluster.NewObject(_project, "class").Refused(ObjectKeysOrder.Rotate, 0));
}
