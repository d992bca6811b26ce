using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Storage;

public sealed class ExpirySweepTests : IAsyncLifetime
{
    private readonly ArmedTime time = new();
    private readonly SweptStore store = new();
    private readonly ExpirySweep sweep;

    public ExpirySweepTests() => sweep = new(store, time, NullLogger<ExpirySweep>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await sweep.StartAsync(Cancel);
        await time.Armed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await sweep.StopAsync(CancellationToken.None);
        sweep.Dispose();
    }

    [Fact]
    public async Task It_deletes_every_minute_what_expired_a_minute_ago_until_nothing_is_left()
    {
        store.Results.Enqueue(() => 1000);
        store.Results.Enqueue(() => 5);
        time.Advance(ExpirySweep.Interval);
        var expected = (time.GetUtcNow() - ExpirySweep.Grace).ToUnixTimeMilliseconds();

        for (var call = 0; call < 3; call++)
            Assert.Equal(expected, await NextCall());

        time.Advance(ExpirySweep.Interval);
        Assert.Equal(expected + 60_000, await NextCall());
    }

    [Fact]
    public async Task It_goes_on_after_an_error()
    {
        store.Results.Enqueue(() => throw new ObjectStoreException("The disk is gone."));
        time.Advance(ExpirySweep.Interval);
        await NextCall();
        time.Advance(ExpirySweep.Interval);
        await NextCall();
    }

    private async Task<long> NextCall() => await store.Calls.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);

    /// <summary>A clock that tells when the sweep has set its timer: an earlier advance would pass it by.</summary>
    private sealed class ArmedTime : FakeTimeProvider
    {
        public TaskCompletionSource Armed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Armed.TrySetResult();
            return timer;
        }
    }

    private sealed class SweptStore : IObjectStore
    {
        public Queue<Func<int>> Results { get; } = [];

        public Channel<long> Calls { get; } = Channel.CreateUnbounded<long>();

        public Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken)
        {
            var result = Results.TryDequeue(out var next) ? next : () => 0;
            Calls.Writer.TryWrite(expiredBefore);
            return Task.FromResult(result());
        }

        public Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task Commit(StorageObjectId id, ObjectCommit commit) => throw new NotSupportedException();

        public Task Delete(StorageObjectId id) => throw new NotSupportedException();

        public Task<IReadOnlyList<StorageObjectId>> List(
            string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task Purge() => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task Probe(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
