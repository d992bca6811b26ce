using Vaultrice.Grains.Storage;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Which operations share a commit. On a scheduler with one turn at a time, as a grain's.</summary>
public sealed class CommitGateTests
{
    private readonly List<string> _commits = [];
    private readonly CommitGate _gate;

    public CommitGateTests() => _gate = new(
        batch =>
        {
            _commits.Add(string.Concat(batch.Records.Keys));
            return Task.CompletedTask;
        },
        _ => { },
        _ => { });

    [Fact]
    public Task An_operation_that_comes_alone_is_committed_at_once() => OnOneTurn(async () =>
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            var stored = Change(name);
            Assert.Equal(name, _commits[^1]);
            await stored;
        }
    });

    [Fact]
    public Task Once_operations_have_come_in_groups_those_that_are_ready_share_a_commit() => OnOneTurn(async () =>
    {
        _gate.Change(Record("a"), new ItemRemoved("a"));
        await Change("b");
        await Task.WhenAll(Change("c"), Change("d"), Change("e"));
        Assert.Equal(["ab", "cde"], _commits);
        // Until one comes alone.
        await Change("f");
        await Task.Yield();
        var stored = Change("g");
        Assert.Equal("g", _commits[^1]);
        await stored;
    });

    private Task Change(string name)
    {
        _gate.Change(Record(name), new ItemRemoved(name));
        return _gate.Settle();
    }

    private static ItemRecord Record(string name) => new(name, null, Revision: 1, ExpiresAt: 0);

    private static Task OnOneTurn(Func<Task> test) => Task.Factory.StartNew(
        test, TestContext.Current.CancellationToken, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
}
