using Vaultrice.Gateway.Admin;
using Vaultrice.Grains.Projects;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>Each change of a project or an account is in its audit log once, whatever broke off between the change and the log.</summary>
[Collection(AdministrationClusterTests.Name)]
public sealed class WrittenDownTests(AdministrationCluster cluster)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_whose_entry_could_not_be_written_is_written_down_before_the_next_one(bool after)
    {
        var (id, project) = await cluster.NewProject();
        await BreakOff(id, project, after);
        await project.Change(new ProjectRenamed("newer"), cluster.Entry("next"));
        Assert.Equal(["project.create", "lost.and.found", "next"], await Actions(LogOf(id)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_whose_entry_could_not_be_written_is_there_for_whoever_reads_the_log_or_verifies_it(bool after)
    {
        var (id, project) = await cluster.NewProject();
        await BreakOff(id, project, after);
        var verdict = await AuditLog.OfProject(cluster.Grains, id).Verify(null, null, TestContext.Current.CancellationToken);
        Assert.Equal((true, 2), (verdict.Valid, verdict.Count));

        (id, project) = await cluster.NewProject();
        await BreakOff(id, project, after);
        var records = await AuditLog.OfProject(cluster.Grains, id).Read(null, 0);
        Assert.Equal(["project.create", "lost.and.found"], records.Select(record => record.Entry.Action));
    }

    [Fact]
    public async Task What_an_account_could_not_write_down_is_there_for_whoever_reads_too()
    {
        var id = Account.NewId();
        var account = cluster.Grains.GetGrain<IAccountGrain>(id);
        Assert.Null(await account.Create("a", cluster.Entry("account.create")));
        cluster.States.FailNext($"audit-log/vaultrice.audit-log/account/{id}");
        await Assert.ThrowsAsync<OrleansException>(() => account.Rename("b", cluster.Entry("lost.and.found")));
        await cluster.Deactivate(account);
        Assert.Equal(2, (await AuditLog.OfAccount(cluster.Grains, id).Verify(null, null, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task What_was_left_over_is_written_down_as_soon_as_the_project_is_active_again()
    {
        var (id, project) = await cluster.NewProject();
        await BreakOff(id, project, after: false);
        await project.GetSnapshot();
        var waiting = TimeProvider.System.GetTimestamp();
        while ((await LogOf(id).GetHead()).Count < 2)
            Assert.True(TimeProvider.System.GetElapsedTime(waiting) < StorageObjects.Waits.Patience, "It was not written down.");
    }

    [Fact]
    public async Task Nothing_is_written_down_again_when_project_account_and_logs_start_anew()
    {
        var accountId = Account.NewId();
        var account = cluster.Grains.GetGrain<IAccountGrain>(accountId);
        Assert.Null(await account.Create("a", cluster.Entry("account.create")));
        var (id, project) = await cluster.NewProject();
        await project.Change(new ProjectRenamed("new"), cluster.Entry("project.change"));
        // More than the log has at hand.
        for (var i = 0; i < 220; i++)
        {
            await project.Note(cluster.Entry("note"));
            await account.Note(cluster.Entry("note"));
        }
        foreach (var grain in new IAddressable[] { project, account, LogOf(id) })
            await cluster.Deactivate(grain);
        await project.Note(cluster.Entry("note"));
        await account.Note(cluster.Entry("note"));
        Assert.Equal(223, (await AuditLog.OfProject(cluster.Grains, id).Verify(null, null, TestContext.Current.CancellationToken)).Count);
        Assert.Equal(222, (await AuditLog.OfAccount(cluster.Grains, accountId).Verify(null, null, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Changes_are_written_down_also_after_a_silo_that_does_not_number_them_has_stored_one()
    {
        var (id, project) = await cluster.NewProject();
        await project.Change(new ProjectRenamed("new"), cluster.Entry("numbered"));
        await cluster.Tamper<AuditedState<ProjectState>>(
            $"project/vaultrice.project/{id}", project, state => new() { Value = state.Value, Entry = state.Entry });
        await project.Change(new ProjectRenamed("newer"), cluster.Entry("next"));
        await project.Change(new ProjectRenamed("newest"), cluster.Entry("last"));
        await cluster.Deactivate(project);
        await project.WriteDown();
        Assert.Equal(["project.create", "numbered", "next", "last"], await Actions(LogOf(id)));
    }

    /// <summary>A change that is stored, then a crash: before the log has it or, with <paramref name="after"/>, before the log could say so.</summary>
    private async Task BreakOff(string id, IProjectGrain project, bool after)
    {
        cluster.States.FailNext($"audit-log/vaultrice.audit-log/project/{id}", after);
        await Assert.ThrowsAsync<OrleansException>(() => project.Change(new ProjectRenamed("new"), cluster.Entry("lost.and.found")));
        Assert.Equal("new", (await project.GetSnapshot())!.Name);
        await cluster.Deactivate(project);
    }

    private IAuditLogGrain LogOf(string projectId) => cluster.Grains.GetGrain<IAuditLogGrain>(IAuditLogGrain.OfProject(projectId));

    private static async Task<IEnumerable<string>> Actions(IAuditLogGrain log) => (await log.Read(0)).Select(record => record.Entry.Action);
}
