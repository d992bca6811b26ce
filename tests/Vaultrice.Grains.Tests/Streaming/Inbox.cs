using Orleans.Streams;
using Vaultrice.Gateways;
using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

/// <summary>A gateway's ear: keeps what it was told, and can be made to stall.</summary>
internal sealed class Inbox(string gatewayId) : IAsyncBatchObserver<GatewayNotice>
{
    private readonly Lock _lock = new();
    private readonly List<GatewayNotice> _received = [];
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>What every delivery waits for before it is taken.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    /// <summary>Ends with the first delivery, taken or not.</summary>
    public Task Called => _called.Task;

    public string GatewayId => gatewayId;

    public IReadOnlyList<GatewayNotice> Received
    {
        get
        {
            lock (_lock)
                return [.. _received];
        }
    }

    public static async Task<Inbox> OpenAsync(IClusterClient client, string gatewayId, Task? gate = null)
    {
        var inbox = new Inbox(gatewayId) { Gate = gate ?? Task.CompletedTask };
        await StreamCluster.StreamOf(client, gatewayId).SubscribeAsync(inbox);
        return inbox;
    }

    public async Task OnNextAsync(IList<SequentialItem<GatewayNotice>> items)
    {
        _called.TrySetResult();
        await Gate;
        lock (_lock)
        {
            _received.AddRange(items.Select(item => item.Item));
            foreach (var (count, reached) in _waiters)
                if (_received.Count >= count)
                    reached.TrySetResult();
        }
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public async Task<IReadOnlyList<GatewayNotice>> WaitForAsync(int count, TimeSpan? within = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_received.Count >= count)
                return [.. _received];
            _waiters.Add((count, reached));
        }
        try
        {
            await reached.Task.WaitAsync(within ?? TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Only {Received.Count} of {count} notices arrived at {gatewayId}.");
        }
        return Received;
    }

    /// <summary>The numbers that one publisher's notices carry, as they arrived.</summary>
    public IEnumerable<int> NumbersOf(string publisher) =>
        Received.OfType<ConnectionProbe>()
            .Where(notice => notice.ObjectKey == publisher)
            .Select(notice => int.Parse(notice.ConnectionId, System.Globalization.CultureInfo.InvariantCulture));
}
