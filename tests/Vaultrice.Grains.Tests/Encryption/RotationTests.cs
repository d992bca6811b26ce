using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Storage;
using Vaultrice.Encryption;
using Vaultrice.Grains.Encryption;
using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Encryption;

/// <summary>Rotation of project and master keys: nothing is down meanwhile, and nothing that is in use can be dropped.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class RotationTests(ObjectCluster cluster) : IAsyncLifetime
{
    private readonly string _project = "p" + Guid.NewGuid().ToString("N");
    private readonly List<TestObject> _objects = [];

    private IProjectKeysGrain Keys => cluster.Client.GetGrain<IProjectKeysGrain>(_project);

    private IReencryptionGrain Walks => cluster.Client.GetGrain<IReencryptionGrain>(_project);

    private IMasterKeyGrain MasterKey => cluster.Client.GetGrain<IMasterKeyGrain>(0);

    public async ValueTask InitializeAsync()
    {
        await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: true, Required: false) });
        for (var i = 0; i < 3; i++)
        {
            _objects.Add(cluster.NewObject(_project, "class"));
            await _objects[i].Set("a", $"{i}", ttl: (long)TimeSpan.FromDays(365).TotalMilliseconds);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Values_need_no_encrypting_anew_when_the_projects_key_changes()
    {
        var before = await _objects[0].Stored();
        await Keys.Rotate();
        var walk = await Walk(ReencryptionKind.Rewrap);

        Assert.Equal((3, 3, 3, 0), (walk.Objects, walk.ObjectsTotal, walk.Changed, walk.Failed));
        Assert.Equal([2], walk.ProjectKeys);
        var after = await _objects[0].Stored();
        Assert.False(before.Keys.Span.SequenceEqual(after.Keys.Span));
        Assert.True(before.Records.Single().Item!.Value.Span.SequenceEqual(after.Records.Single().Item!.Value.Span));
        await AllAreRead();
    }

    [Fact]
    public async Task A_key_is_dropped_only_when_a_walk_has_found_it_unused()
    {
        Assert.Equal(StorageErrorCode.StillInUse, await DropRefused(1));
        await Keys.Rotate();
        Assert.Equal(StorageErrorCode.StillInUse, await DropRefused(1));
        // A walk right after the change may miss an object that is just being stored.
        await Walk(ReencryptionKind.Rewrap);
        Assert.Equal(StorageErrorCode.StillInUse, await DropRefused(1));
        cluster.Advance(ProjectKeysGrain.Overlap);
        await Walk(ReencryptionKind.Rewrap);

        Assert.Equal(2, Assert.Single((await Keys.Drop(1)).Value!.Keys).Version);

        await AllAreRead();
        Assert.Equal(StorageErrorCode.UnknownResource, await DropRefused(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_that_was_empty_when_a_key_was_dropped_is_written_with_another(bool isRemoved)
    {
        var o = cluster.NewObject(_project, "class");
        await o.Set("a", "1", ttl: 1_000);
        if (isRemoved)
            await o.Remove("a");
        // The row is swept while the object stays in memory.
        cluster.Advance(TimeSpan.FromHours(1));
        while ((await o.Stored()).Revision > 0)
        {
            await cluster.Store.Sweep(cluster.Now - 60_000, TestContext.Current.CancellationToken);
            await o.TakenUp();
            cluster.Advance(TimeSpan.FromMinutes(1));
        }
        await Keys.Rotate();
        cluster.Advance(ProjectKeysGrain.Overlap);
        await Walk(ReencryptionKind.Rewrap);
        Assert.True((await Keys.Drop(1)).Succeeded);

        await o.Set("a", "2");

        Assert.Equal(2, Assert.Single((await o.Order(ObjectKeysOrder.Tell)).Keys).ProjectKey);
        await o.Deactivate();
        Assert.Equal("2", await o.Get("a"));
    }

    [Fact]
    public async Task A_key_that_an_unreadable_object_may_use_is_not_dropped()
    {
        var stored = await _objects[0].Stored();
        await _objects[0].Replace(stored with { Keys = Altered(stored.Keys) });
        await Keys.Rotate();
        cluster.Advance(ProjectKeysGrain.Overlap);

        var walk = await Walk(ReencryptionKind.Rewrap);

        Assert.Equal((3, 1), (walk.Objects, walk.Failed));
        Assert.Contains(_objects[0].Key[(_project.Length + 1)..], walk.FirstFailure, StringComparison.Ordinal);
        Assert.Equal(StorageErrorCode.StillInUse, await DropRefused(1));
    }

    [Fact]
    public async Task A_dropped_key_that_may_still_be_in_the_files_is_not_reported_as_dropped()
    {
        await Keys.Rotate();
        cluster.Advance(ProjectKeysGrain.Overlap);
        await Walk(ReencryptionKind.Rewrap);
        cluster.Store.FailNextPurges(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => Keys.Drop(1));
        await Assert.ThrowsAsync<ObjectStoreException>(() => Keys.Drop(1));
        Assert.Equal(StorageErrorCode.UnknownResource, await DropRefused(1));

        var before = (await MasterKey.Get()).Current!;
        await MasterKey.Rotate();
        await Rotated();
        cluster.Store.FailNextPurges(2);
        await Assert.ThrowsAsync<ObjectStoreException>(() => MasterKey.Drop(before));
        await Assert.ThrowsAsync<ObjectStoreException>(() => MasterKey.Drop(before));
        Assert.Equal(StorageErrorCode.UnknownResource, (await MasterKey.Drop(before)).Error!.Code);
        await AllAreRead();
    }

    [Fact]
    public async Task Rolled_back_the_earlier_key_wraps_again()
    {
        await Keys.Rotate();
        await Walk(ReencryptionKind.Rewrap);
        Assert.Equal(1, (await Keys.MakeCurrent(1)).Value!.Current);
        var walk = await Walk(ReencryptionKind.Rewrap);
        Assert.Equal((3, 1), (walk.Changed, walk.ProjectKeys.Single()));
        cluster.Advance(ProjectKeysGrain.Overlap);
        await Walk(ReencryptionKind.Rewrap);
        Assert.True((await Keys.Drop(2)).Succeeded);
        await AllAreRead();
    }

    [Fact]
    public async Task Applying_settings_reports_what_it_has_done()
    {
        await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: false, Required: false) });
        var walk = await Walk(ReencryptionKind.Apply, "class");
        Assert.Equal((3, 3, 3, 0), (walk.Objects, walk.Items, walk.Changed, walk.Failed));
        Assert.All(_objects, o => Assert.Equal((byte)'0' + _objects.IndexOf(o), o.Stored().Result.Records.Single().Item!.Value.Span[0]));
        Assert.Equal(0, (await Walk(ReencryptionKind.Apply, "class")).Changed);
    }

    [Fact]
    public async Task A_project_has_few_walks_under_way_and_keeps_few_that_have_ended()
    {
        await Walk(ReencryptionKind.Rewrap);
        var names = 0;
        while (names < ReencryptionGrain.EndedKept + ReencryptionGrain.MostUnderWay)
        {
            for (var i = 0; i < ReencryptionGrain.MostUnderWay; i++)
                Assert.True((await Walks.Start(ReencryptionKind.Apply, $"class {names++}")).Succeeded);
            Assert.Equal(StorageErrorCode.TooManyResources, (await Walks.Start(ReencryptionKind.Apply, "one more")).Error?.Code);
            Assert.True((await Walks.Start(ReencryptionKind.Apply, $"class {names - 1}")).Succeeded);
            Assert.Equal(ReencryptionGrain.MostUnderWay, (await Walks.Get()).Count(walk => walk.EndedAt is null));
            await Eventually(async () => (await Walks.Get()).All(walk => walk.EndedAt is not null) ? Walks : null);
        }

        var kept = await Walks.Get();
        Assert.Equal(ReencryptionGrain.EndedKept, kept.Count(walk => walk.Kind == ReencryptionKind.Apply));
        Assert.Equal($"class {names - 1}", kept[0].Class);
        // It tells whether a key can be dropped.
        Assert.Equal(ReencryptionKind.Rewrap, kept[^1].Kind);
    }

    [Fact]
    public async Task A_walk_that_is_asked_for_while_it_goes_on_begins_anew_and_stays_the_only_one()
    {
        await Keys.Rotate();
        foreach (var o in _objects)
            await o.Deactivate();
        cluster.MasterKey.IsAway = true;
        await Replace(new ReencryptionWalk(ReencryptionKind.Rewrap, null, 1, After: $"{_project}/class/", Objects: 7, ProjectKeys: []));

        var started = (await Walks.Start(ReencryptionKind.Rewrap, null)).Value!;

        Assert.Equal(started.StartedAt, Assert.Single(await Walks.Get()).StartedAt);
        cluster.MasterKey.IsAway = false;
        Assert.Equal(3, (await Ended(started)).Objects);
    }

    [Fact]
    public async Task A_walk_waits_for_a_master_key_that_is_away_and_goes_on_by_itself()
    {
        await Keys.Rotate();
        foreach (var o in _objects)
            await o.Deactivate();
        cluster.MasterKey.IsAway = true;
        var started = (await Walks.Start(ReencryptionKind.Rewrap, null)).Value!;
        var waiting = await Eventually(async () => (await Walks.Get()).FirstOrDefault(walk => walk.WaitsFor is not null));
        cluster.MasterKey.IsAway = false;

        Assert.Equal((started.Kind, 0, "The encryption keys are temporarily unavailable."), (waiting.Kind, waiting.Objects, waiting.WaitsFor));
        var ended = await Ended(started);
        Assert.Equal((3, null), (ended.Objects, ended.WaitsFor));
        await AllAreRead();
    }

    [Fact]
    public async Task Only_the_walk_whose_turn_it_is_waits_for_the_master_key_and_the_next_one_does_not_begin_with_that()
    {
        await Walk(ReencryptionKind.Apply, "class");
        await Keys.Rotate();
        foreach (var o in _objects)
            await o.Deactivate();
        cluster.MasterKey.IsAway = true;
        var started = (await Walks.Start(ReencryptionKind.Rewrap, null)).Value!;
        var walks = await Eventually(async () => await Walks.Get() is var known && known.Any(walk => walk.WaitsFor is not null) ? known.ToArray() : null);
        cluster.MasterKey.IsAway = false;

        Assert.Equal([(ReencryptionKind.Rewrap, true), (ReencryptionKind.Apply, false)], walks.Select(walk => (walk.Kind, walk.WaitsFor is not null)));
        await Ended(started);
        await Walks.Start(ReencryptionKind.Apply, "class");
        Assert.All(await Walks.Get(), walk => Assert.Null(walk.WaitsFor));
    }

    [Fact]
    public async Task A_new_master_key_wraps_what_the_old_one_did_and_the_old_one_can_then_be_dropped()
    {
        var before = (await MasterKey.Get()).Current!;
        var to = (await MasterKey.Rotate()).Value!.Current!;
        Assert.NotEqual(before, to);
        var report = await Rotated();

        Assert.Equal(to, (await Keys.Get()).Keys.Single().MasterKeyId);
        Assert.Equal(0, report.Keys.Single(key => key.Id == before).Projects);
        Assert.Equal(StorageErrorCode.StillInUse, (await MasterKey.Drop(to)).Error!.Code);
        Assert.DoesNotContain((await MasterKey.Drop(before)).Value!.Keys, key => key.Id == before);
        Assert.Equal(StorageErrorCode.UnknownResource, (await MasterKey.MakeCurrent(before)).Error!.Code);
        await AllAreRead();
    }

    [Fact]
    public async Task A_rotation_says_that_the_new_master_key_is_away_and_goes_on_by_itself()
    {
        cluster.MasterKey.LeavesWhenRenewed = true;
        await MasterKey.Rotate();
        var waiting = await Eventually(async () => await MasterKey.Get() is { Rotation.WaitsFor: not null } report ? report : null);
        (cluster.MasterKey.IsAway, cluster.MasterKey.LeavesWhenRenewed) = (false, false);

        Assert.Equal((null, "The master key was told to be away."), (waiting.Rotation!.EndedAt, waiting.Rotation.WaitsFor));
        Assert.Null((await Rotated()).Rotation!.WaitsFor);
        await AllAreRead();
    }

    [Fact]
    public async Task A_rotation_does_not_begin_with_what_the_one_before_waited_for()
    {
        var before = (await MasterKey.Get()).Current!;
        cluster.MasterKey.LeavesWhenRenewed = true;
        await MasterKey.Rotate();
        await Eventually(async () => await MasterKey.Get() is { Rotation.WaitsFor: not null } report ? report : null);
        (cluster.MasterKey.IsAway, cluster.MasterKey.LeavesWhenRenewed) = (false, false);

        Assert.Null((await MasterKey.MakeCurrent(before)).Value!.Rotation!.WaitsFor);
        await Rotated();
        await AllAreRead();
    }

    [Fact]
    public async Task A_rotation_of_the_master_key_can_be_undone_and_what_wraps_is_not_dropped()
    {
        var before = (await MasterKey.Get()).Current!;
        var to = (await MasterKey.Rotate()).Value!.Current!;
        await Rotated();
        Assert.Equal(before, (await MasterKey.MakeCurrent(before)).Value!.Current);
        await Rotated();
        Assert.Equal(before, (await Keys.Get()).Keys.Single().MasterKeyId);

        // New keys are wrapped by it too, though it is not the newest.
        await Keys.Rotate();
        Assert.All((await Keys.Get()).Keys, key => Assert.Equal(before, key.MasterKeyId));

        Assert.True((await MasterKey.Drop(to)).Succeeded);
        await AllAreRead();
    }

    [Fact]
    public async Task A_project_key_that_was_altered_is_reported_and_does_not_stop_the_walks()
    {
        await Keys.Rotate();
        var key = (await Keys.Get()).Find(2)!;
        await Replace(key with { Wrapped = Altered(key.Wrapped) });

        var walk = await Walk(ReencryptionKind.Rewrap);

        Assert.Equal((3, 3), (walk.Objects, walk.Failed));
        // Whose words those of the failure are not.
        Assert.EndsWith(": The store is not reachable, or what it holds cannot be read; the server's log says why.", walk.FirstFailure, StringComparison.Ordinal);
        await Replace(key);
        cluster.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((3, 0), ((walk = await Walk(ReencryptionKind.Rewrap)).Changed, walk.Failed));
        await AllAreRead();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_project_key_that_the_master_key_cannot_open_holds_up_no_other_project_and_keeps_the_old_master_key(bool isAltered)
    {
        var before = (await MasterKey.Get()).Current!;
        var key = (await Keys.Get()).Keys.Single();
        await Replace(isAltered ? key with { Wrapped = Altered(key.Wrapped) } : key with { MasterKeyId = "0123456789abcdef" });
        var others = Enumerable.Range(0, 5).Select(i => cluster.Client.GetGrain<IProjectKeysGrain>($"{_project}-{i}")).ToArray();
        foreach (var other in others)
            await other.GetOrCreate();

        var to = (await MasterKey.Rotate()).Value!.Current!;
        var report = await Eventually(async () => await MasterKey.Get() is { Rotation.FirstFailure: not null } failing ? failing : null);

        Assert.Equal((1, null), (report.Rotation!.ProjectsLeft, report.Rotation.EndedAt));
        Assert.StartsWith(_project + ":", report.Rotation.FirstFailure, StringComparison.Ordinal);
        foreach (var other in others)
            Assert.Equal(to, (await other.Get()).Keys.Single().MasterKeyId);
        Assert.Equal(StorageErrorCode.StillInUse, (await MasterKey.Drop(before)).Error!.Code);
        await Replace(key);
        Assert.Null((await Rotated()).Rotation!.FirstFailure);
        Assert.True((await MasterKey.Drop(before)).Succeeded);
        await AllAreRead();
    }

    [Fact]
    public async Task Shredded_keys_leave_objects_unreadable_and_there_are_no_new_ones()
    {
        await _objects[0].Deactivate();
        await Keys.Shred();

        Assert.Empty((await Keys.Get()).Keys);
        Assert.Equal(StorageErrorCode.UnknownResource, (await Keys.GetOrCreate()).Error!.Code);
        Assert.DoesNotContain((await MasterKey.Get()).Keys, key => key.Projects > 0 && key.Id == "none");
        Assert.Equal(3, (await Walk(ReencryptionKind.Rewrap)).Failed);
        await Keys.Shred();
    }

    /// <summary>Puts another key in the place of the project's stored one of that version, as a stranger with access to the store would.</summary>
    private async Task Replace(WrappedProjectKey key)
    {
        await Keys.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        var storage = cluster.Services.GetRequiredKeyedService<IGrainStorage>("Default");
        var stored = new GrainState<ProjectKeysState>();
        await storage.ReadStateAsync("project-keys", Keys.GetGrainId(), stored);
        var ring = stored.State!.Ring;
        stored.State.Ring = ring with { Keys = ring.Keys.Replace(ring.Find(key.Version)!, key) };
        await storage.WriteStateAsync("project-keys", Keys.GetGrainId(), stored);
    }

    /// <summary>Puts a walk in the place of the project's stored ones.</summary>
    private async Task Replace(ReencryptionWalk walk)
    {
        await Walks.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        var storage = cluster.Services.GetRequiredKeyedService<IGrainStorage>("Default");
        var stored = new GrainState<ReencryptionState>();
        await storage.ReadStateAsync("reencryption", Walks.GetGrainId(), stored);
        stored.State = new() { Walks = [walk] };
        await storage.WriteStateAsync("reencryption", Walks.GetGrainId(), stored);
    }

    private static byte[] Altered(ReadOnlyMemory<byte> bytes)
    {
        var altered = bytes.ToArray();
        altered[^1] ^= 1;
        return altered;
    }

    private async Task<StorageErrorCode> DropRefused(int version) => (await Keys.Drop(version)).Error!.Code;

    private async Task<ReencryptionWalk> Walk(ReencryptionKind kind, string? @class = null) => await Ended((await Walks.Start(kind, @class)).Value!);

    private Task<ReencryptionWalk> Ended(ReencryptionWalk started) => Eventually(
        async () => (await Walks.Get()).FirstOrDefault(walk => walk.Kind == started.Kind && walk.Class == started.Class && walk.StartedAt >= started.StartedAt && walk.EndedAt is not null));

    private Task<MasterKeyReport> Rotated() => Eventually(
        async () => await MasterKey.Get() is { Rotation.EndedAt: not null } report ? report : null);

    /// <summary>Moves the clock on, so that timers come due, until something has happened.</summary>
    private async Task<T> Eventually<T>(Func<Task<T?>> ask)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
        {
            if (await ask() is { } answer)
                return answer;
            cluster.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
        throw new TimeoutException("It did not happen within 30 s.");
    }

    private async Task AllAreRead()
    {
        foreach (var (i, o) in _objects.Index())
        {
            await o.Deactivate();
            Assert.Equal($"{i}", await o.Get("a"));
        }
    }
}
