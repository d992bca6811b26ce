using System.Collections.Immutable;
using Vaultrice.Grains.Projects;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>A log is told of nothing that is not in the store: the number of a change that never happened goes to the next one.</summary>
public sealed class AuditedTests
{
    private readonly HeldState _stored = new();
    private readonly Log _log = new();
    private readonly Audited<string> _audited;

    public AuditedTests() => _audited = new(_stored, _log, () => { });

    [Fact]
    public async Task While_a_change_is_being_stored_it_is_neither_seen_nor_written_down()
    {
        var storing = _audited.Store("one", Entry("one"));
        await _audited.WriteDown();
        Assert.Null(_audited.Value);
        Assert.Empty(_log.Changes);
        _stored.Writing.SetResult();
        await storing;
        await _audited.WriteDown();
        Assert.Equal("one", _audited.Value);
        Assert.Equal([(1, "one")], _log.Changes);
    }

    [Fact]
    public async Task A_change_that_failed_leaves_its_number_to_the_next_one()
    {
        var storing = _audited.Store("one", Entry("one"));
        _stored.Writing.SetException(new ObjectStoreException("Told to fail."));
        await Assert.ThrowsAsync<ObjectStoreException>(() => storing);
        await _audited.WriteDown();
        _stored.Writing = new();
        _stored.Writing.SetResult();
        await _audited.Store("two", Entry("two"));
        await _audited.WriteDown();
        Assert.Equal([(1, "two")], _log.Changes);
    }

    private static AuditEntry Entry(string action) => AuditEntry.OfServer(0, action, "target");

    /// <summary>A state whose writes end when the test says so.</summary>
    private sealed class HeldState : IPersistentState<AuditedState<string>>
    {
        public TaskCompletionSource Writing { get; set; } = new();

        public AuditedState<string> State { get; set; } = new();

        public string Etag => "";

        public bool RecordExists => true;

        public Task WriteStateAsync() => Writing.Task;

        public Task ReadStateAsync() => throw new NotSupportedException();

        public Task ClearStateAsync() => throw new NotSupportedException();
    }

    private sealed class Log : IAuditLogGrain
    {
        public List<(long Change, string Action)> Changes { get; } = [];

        public Task Append(AuditEntry entry) => throw new NotSupportedException();

        public Task AppendChange(long change, AuditEntry entry)
        {
            Changes.Add((change, entry.Action));
            return Task.CompletedTask;
        }

        public Task<AuditHead> GetHead() => Task.FromResult(new AuditHead(0, ""));

        public Task<ImmutableArray<AuditRecord>> Read(long sequence) => throw new NotSupportedException();
    }
}
