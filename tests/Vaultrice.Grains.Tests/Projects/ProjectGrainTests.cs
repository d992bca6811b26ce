using System.Text;
using Vaultrice.Grains.Projects;
using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>Projects through failing writes, crashes and their own end.</summary>
[Collection(AdministrationClusterTests.Name)]
public sealed class ProjectGrainTests(AdministrationCluster cluster)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_that_could_not_be_stored_is_not_seen_unless_it_was_stored(bool after)
    {
        var (id, project) = await cluster.NewProject();
        cluster.States.FailNext($"Default/project/vaultrice.project/{id}", after);
        await Assert.ThrowsAsync<OrleansException>(() => project.Change(new ProjectRenamed("new"), cluster.Entry("project.change")));
        Assert.Equal(after ? "new" : "name", (await project.GetSnapshot())!.Name);
        await cluster.Deactivate(project);
        Assert.Equal(after ? "new" : "name", (await project.GetSnapshot())!.Name);
        // The next change works, and both are in the log if both happened.
        Assert.True((await project.Change(new ProjectRenamed("newer"), cluster.Entry("project.change"))).Succeeded);
        Assert.Equal(after ? 3 : 2, await LogLength(id));
    }

    [Fact]
    public async Task A_change_that_was_stored_is_told_though_storing_it_failed()
    {
        var (id, project) = await cluster.NewProject();
        var changes = cluster.Grains.GetGrain<IProjectChangesGrain>(0);
        var mark = (await changes.Since(null)).Mark;
        cluster.States.FailNext($"Default/project/vaultrice.project/{id}", after: true);
        await Assert.ThrowsAsync<OrleansException>(() => project.Change(new ProjectRenamed("new"), cluster.Entry("project.change")));
        var told = await changes.Since(mark).WaitAsync(Waits.Patience, TestContext.Current.CancellationToken);
        Assert.Contains(id, told.ProjectIds!);
    }

    [Fact]
    public async Task A_change_that_was_never_told_acts_all_the_same()
    {
        var (id, project) = await cluster.NewProject();
        Assert.Equal("name", (await cluster.Snapshots.Get(id))!.Name);
        await cluster.Tamper<AuditedState<ProjectState>>(
            $"Default/project/vaultrice.project/{id}",
            project,
            state => new() { Value = state.Value! with { Name = "new", Revision = state.Value.Revision + 1 }, Entry = state.Entry });
        var isTold = false;
        cluster.Snapshots.Changed += Note;
        await Until(() =>
        {
            cluster.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(Volatile.Read(ref isTold));
        });
        cluster.Snapshots.Changed -= Note;
        Assert.Equal("new", (await cluster.Snapshots.Get(id))!.Name);

        void Note(string? projectId)
        {
            if (projectId == id)
                Volatile.Write(ref isTold, true);
        }
    }

    [Fact]
    public async Task A_project_whose_making_broke_off_is_nowhere_half_and_can_be_made_again()
    {
        var id = ProjectSnapshot.NewId();
        var project = cluster.Grains.GetGrain<IProjectGrain>(id);
        cluster.States.FailNext($"Default/project/vaultrice.project/{id}");
        await Assert.ThrowsAsync<OrleansException>(() => project.Create(Account.Root, "a", cluster.Entry("project.create")));
        Assert.Null(await project.GetSnapshot());
        await cluster.Deactivate(project);
        Assert.Null(await project.Create(Account.Root, "a", cluster.Entry("project.create")));
        Assert.Contains(id, (await cluster.Grains.GetGrain<IAccountGrain>(Account.Root).Get())!.ProjectIds);
        Assert.Equal(StorageErrorCode.AlreadyExists, (await project.Create(Account.Root, "a", cluster.Entry("project.create")))!.Code);
    }

    [Fact]
    public async Task A_deleted_project_is_emptied_also_of_late_comers_after_a_restart_and_its_id_never_used_again()
    {
        var (id, project) = await cluster.NewProject();
        await Fill(id, 120);
        Assert.Null(await project.Delete(cluster.Entry("project.delete")));
        Assert.Null(await project.GetSnapshot());
        Assert.Contains(id, await Deleted());
        await Emptied(id);
        // Let in before the deletion, stored after the first look.
        await Fill(id, 1);
        Assert.True(await project.IsBeingEmptied());
        await cluster.Deactivate(project);
        cluster.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await project.IsBeingEmptied());
        await Until(async () =>
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(1));
            return !await project.IsBeingEmptied() && !(await Deleted()).Contains(id);
        });
        await Emptied(id);
        Assert.Equal(StorageErrorCode.AlreadyExists, (await project.Create(Account.Root, "a", cluster.Entry("project.create")))!.Code);
        Assert.Equal(Account.Root, await project.GetOwner());
        Assert.Equal(StorageErrorCode.UnknownResource, (await project.Delete(cluster.Entry("project.delete")))!.Code);
    }

    private Task<System.Collections.Immutable.ImmutableArray<string>> Deleted() => cluster.Grains.GetGrain<IProjectDirectoryGrain>(0).GetDeleted();

    private async Task Fill(string projectId, int objects)
    {
        for (var i = 0; i < objects; i++)
        {
            var written = await cluster.Grains.GetGrain<IStorageObjectGrain>($"{projectId}/c/{i}").Set("a", new(Encoding.UTF8.GetBytes("1"), null, false, null, null));
            Assert.True(written.Succeeded);
        }
    }

    private Task Emptied(string projectId) => Until(
        async () => (await cluster.Objects.List(projectId, null, null, null, 1, TestContext.Current.CancellationToken)).Count == 0);

    private static async Task Until(Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Waits.Patience, "The project was not emptied.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<long> LogLength(string projectId) =>
        (await cluster.Grains.GetGrain<IAuditLogGrain>(IAuditLogGrain.OfProject(projectId)).GetHead()).Count;
}
