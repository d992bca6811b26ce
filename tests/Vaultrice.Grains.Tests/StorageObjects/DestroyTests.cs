using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>An object is deleted while others use it.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class DestroyTests(ObjectCluster cluster)
{
    private readonly TestObject _object = cluster.NewObject();

    [Fact]
    public async Task Nothing_is_left_in_memory_or_store_and_listeners_are_told_of_every_item()
    {
        var gateway = await cluster.NewGateway();
        var connection = await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Set("b", "2");
        await _object.Grain.RotateEncryption(null);
        Assert.True((await _object.Grain.Join(connection.ConnectionId, TestObject.Json("{}"), null)).Succeeded);

        await _object.Grain.Destroy();
        Assert.Empty(await _object.All());
        Assert.Empty(await _object.Grain.GetPresence());
        var stored = await _object.Stored();
        Assert.Equal((0, 0, (EncryptionSettingsHistory?)null), (stored.Revision, stored.Records.Count, stored.Encryption));
        await gateway.Fence(cluster);
        Assert.Single(gateway.EventsOf(_object).OfType<PresenceLeft>());
        Assert.Equal(["a", "b"], gateway.EventsOf(_object).OfType<ItemRemoved>().Select(removed => removed.Name).Order());
        Assert.Equal(0, (await _object.Grain.GetEncryption(null, true)).Value!.Current.KeyVersion);
    }

    [Fact]
    public async Task Who_listens_goes_on_listening_and_revisions_go_on_counting()
    {
        var gateway = await cluster.NewGateway();
        await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Grain.Destroy();
        var before = (await _object.Grain.Describe(null, 10)).Revision;
        await _object.Set("a", "2");
        await gateway.Hears(_object, 3);
        Assert.Equal(before + 1, (await _object.Stored()).Revision);
        await _object.Deactivate();
        Assert.Equal("2", await _object.Get("a"));
    }

    [Fact]
    public async Task Whoever_resumes_from_before_begins_anew()
    {
        var gateway = await cluster.NewGateway();
        var connection = await gateway.Connect(_object);
        await _object.Set("a", "1");
        await _object.Grain.Disconnect(connection.ConnectionId, connection.Attachment, connection.Position, closedByPeer: false);
        await _object.Grain.Destroy();
        Assert.False((await gateway.Connect(_object, resume: connection.ConnectionId)).Resumed);
    }

    [Fact]
    public async Task What_was_handed_in_before_is_stored_first_and_what_comes_meanwhile_survives()
    {
        await _object.Set("a", "1");
        _object.Faults.Hold();
        var early = _object.Set("early", "1");
        var commit = await _object.Faults.Held();
        var destroy = _object.Grain.Destroy();
        await _object.TakenUp();
        var late = _object.Set("late", "1");
        await _object.TakenUp();
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.Store);
        await early;
        await destroy;
        await late;
        Assert.Equal(["late=1"], await _object.All());
        await _object.Deactivate();
        Assert.Equal(["late=1"], await _object.All());
    }

    [Fact]
    public async Task A_commit_that_fails_meanwhile_fails_the_deletion_and_everything_stays()
    {
        await _object.Set("a", "1");
        _object.Faults.Hold();
        var early = _object.Set("early", "1");
        var commit = await _object.Faults.Held();
        var destroy = _object.Grain.Destroy();
        await _object.TakenUp();
        _object.Faults.Flow();
        commit.Ends(CommitOutcome.FailBefore);
        await Assert.ThrowsAsync<ObjectStoreException>(() => early);
        await Assert.ThrowsAsync<ObjectStoreException>(() => destroy);
        Assert.Equal(["a=1"], await _object.All());
        await _object.Grain.Destroy();
        Assert.Empty(await _object.All());
    }

    [Fact]
    public async Task A_deletion_whose_keys_may_still_be_in_the_files_fails_until_they_are_gone()
    {
        var project = "p" + Guid.NewGuid().ToString("N");
        await cluster.PutClass(project, "class", new() { Encryption = new(AdditionalAtRest: true, Required: false) });
        var o = cluster.NewObject(project, "class");
        await o.Set("a", "1");
        cluster.Store.FailNextPurges(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => o.Grain.Destroy());
        await Assert.ThrowsAsync<ObjectStoreException>(() => o.Grain.Destroy());
        await o.Grain.Destroy();
        Assert.Equal(0, (await o.Grain.Describe(null, 10)).Revision);
    }

    [Fact]
    public async Task A_description_tells_items_by_name_in_pages()
    {
        foreach (var name in new[] { "c", "a", "b" })
            await _object.Set(name, "10");
        var first = await _object.Grain.Describe(null, 2);
        Assert.Equal((3, 9, 3), (first.ItemCount, first.Bytes, first.Revision));
        Assert.Equal(["a", "b"], first.Items.Select(item => item.Name));
        Assert.Equal(["c"], (await _object.Grain.Describe("b", 2)).Items.Select(item => item.Name));
    }
}
