using Vaultrice.Gateway.Admin;
using Vaultrice.Grains.Projects;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>The log tells when it was tampered with in the store.</summary>
[Collection(AdministrationClusterTests.Name)]
public sealed class AuditLogTests(AdministrationCluster cluster)
{
    private readonly string _project = ProjectSnapshot.NewId();

    private IAuditLogGrain Log => cluster.Grains.GetGrain<IAuditLogGrain>(IAuditLogGrain.OfProject(_project));

    [Fact]
    public async Task A_log_as_it_was_written_is_good_at_any_length()
    {
        foreach (var length in new[] { 0, 1, 99, 100, 101, 199, 200, 201, 305 })
        {
            while ((await Log.GetHead()).Count < length)
                await Log.Append(cluster.Entry("a"));
            await cluster.Deactivate(Log);
            Assert.True((await Verify()).Valid);
        }
    }

    public static TheoryData<string> Tampering => ["alter", "alter-and-rehash", "remove", "reorder", "truncate", "truncate-count", "replace-actor"];

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task Tampering_with_the_latest_records_is_found(string how)
    {
        await Append(5);
        await cluster.Tamper<AuditLogState>($"{_project}", Log, state => new()
        {
            Count = how == "truncate-count" ? state.Count - 1 : state.Count,
            Hash = state.Hash,
            Latest = how is "truncate" or "truncate-count" ? state.Latest[..^1] : [.. Tampered(how, [.. state.Latest], 2)],
        });
        var verdict = await Verify();
        Assert.False(verdict.Valid);
        Assert.NotNull(verdict.Reason);
    }

    [Theory]
    [InlineData("alter")]
    [InlineData("alter-and-rehash")]
    [InlineData("remove")]
    [InlineData("reorder")]
    [InlineData("replace-actor")]
    public async Task Tampering_with_a_full_page_is_found(string how)
    {
        await Append(250);
        var page = cluster.Grains.GetGrain<IAuditPageGrain>($"{IAuditLogGrain.OfProject(_project)}/0");
        await cluster.Tamper<AuditPageState>($"{_project}/0", page, state => new() { Records = [.. Tampered(how, [.. state.Records], 50)] });
        var verdict = await Verify();
        Assert.False(verdict.Valid);
        Assert.InRange(verdict.Seq!.Value, 50, 100);
    }

    [Fact]
    public async Task Records_of_one_log_are_not_good_in_another()
    {
        await Append(1);
        var mine = (await Log.Read(0))[0];
        Assert.True(mine.Follows(0, AuditRecord.Root(IAuditLogGrain.OfProject(_project))));
        Assert.False(mine.Follows(0, AuditRecord.Root(IAuditLogGrain.OfProject("other"))));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(250)]
    public async Task A_change_that_is_handed_in_again_is_not_written_again_however_much_came_since(int others)
    {
        var entry = cluster.Entry("a");
        await Log.AppendChange(1, entry);
        await Append(others);
        await Log.AppendChange(1, entry);
        await cluster.Deactivate(Log);
        await Log.AppendChange(1, entry);
        Assert.Equal(1 + others, (await Log.GetHead()).Count);
        await Log.AppendChange(2, cluster.Entry("b"));
        Assert.Equal(2 + others, (await Log.GetHead()).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_fails_leaves_the_chain_whole(bool after)
    {
        await Append(3);
        var entry = cluster.Entry("b");
        cluster.States.FailNext(_project, after);
        await Assert.ThrowsAsync<OrleansException>(() => Log.AppendChange(1, entry));
        await Log.AppendChange(1, entry);
        Assert.Equal(4, (await Log.GetHead()).Count);
        Assert.True((await Verify()).Valid);
    }

    [Fact]
    public async Task Times_never_run_back()
    {
        await Log.Append(cluster.Entry("a") with { At = 1000 });
        await Log.Append(cluster.Entry("a") with { At = 900 });
        Assert.Equal(1000, (await Log.Read(1))[0].Entry.At);
    }

    private static List<AuditRecord> Tampered(string how, List<AuditRecord> records, int at)
    {
        var record = records[at];
        switch (how)
        {
            case "alter":
                records[at] = record with { Entry = record.Entry with { Action = "other" } };
                break;
            case "alter-and-rehash":
                records[at] = AuditRecord.Chain(record.Sequence, record.Entry with { Action = "other" }, record.PreviousHash);
                break;
            case "replace-actor":
                records[at] = record with { Entry = record.Entry with { Actor = record.Entry.Actor with { TokenId = "x" } } };
                break;
            case "remove":
                records.RemoveAt(at);
                break;
            case "reorder":
                (records[at], records[at + 1]) = (records[at + 1], records[at]);
                break;
        }
        return records;
    }

    private async Task Append(int count)
    {
        for (var i = 0; i < count; i++)
            await Log.Append(cluster.Entry($"action {i}"));
    }

    private Task<AuditVerdictJson> Verify() => AuditLog.OfProject(cluster.Grains, _project).Verify(null, null, TestContext.Current.CancellationToken);
}
