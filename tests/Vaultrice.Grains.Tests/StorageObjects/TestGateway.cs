using System.Collections.Immutable;
using Orleans.Streams;
using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>
/// A gateway as objects know one: it listens to its stream and keeps a position per object. Every notice must join on to the
/// one before without a gap, or the next look at what was heard fails.
/// </summary>
internal sealed class TestGateway : IAsyncBatchObserver<GatewayNotice>
{
    private readonly Lock _lock = new();
    private readonly List<GatewayNotice> _notices = [];
    private readonly Dictionary<string, Feed> _feeds = new(StringComparer.Ordinal);
    private readonly List<(Func<bool> Holds, TaskCompletionSource<bool> Reached)> _waiters = [];
    private string? _gap;

    public string Id { get; } = $"gateway-{Guid.NewGuid():N}";

    public static async Task<TestGateway> Open(IClusterClient client)
    {
        var gateway = new TestGateway();
        await client.GetStreamProvider(StreamNames.Provider)
            .GetStream<GatewayNotice>(StreamId.Create(StreamNames.Gateways, gateway.Id))
            .SubscribeAsync(gateway);
        return gateway;
    }

    public Task OnNextAsync(IList<SequentialItem<GatewayNotice>> items)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                _notices.Add(item.Item);
                if (item.Item is ObjectEventsNotice notice)
                    Take(notice);
            }
            foreach (var (holds, reached) in _waiters)
            {
                if (holds())
                    reached.TrySetResult(true);
            }
        }
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <summary>Opens a connection and starts to listen where it begins.</summary>
    public async Task<ConnectionGrant> Connect(TestObject target, string principal = "p", string? resume = null)
    {
        var result = await target.Grain.Connect(new(Id, principal, resume));
        Assert.True(result.Succeeded, result.Error?.Message);
        lock (_lock)
        {
            // The first connection sets the place; what came in meanwhile is judged from there.
            if (!_feeds.TryGetValue(target.Key, out var feed) || feed.Position is null)
                FeedOf(target.Key).StartAt(result.Value.Position, ReportGap);
        }
        return result.Value;
    }

    /// <summary>Renews the lease for some connections and goes on from where the object says.</summary>
    public async Task<CatchUp> Renew(TestObject target, params HeldConnection[] held)
    {
        FeedPosition? position;
        Feed feed;
        lock (_lock)
        {
            feed = FeedOf(target.Key);
            // What comes in meanwhile is judged from where the object says.
            position = feed.Stop();
        }
        try
        {
            var caughtUp = await target.Grain.Renew(new(Id, position ?? default, [.. held]));
            position = caughtUp.Position;
            lock (_lock)
                feed.Events.AddRange(caughtUp.Events);
            return caughtUp;
        }
        finally
        {
            lock (_lock)
            {
                if (position is { } place)
                    feed.StartAt(place, ReportGap);
            }
        }
    }

    /// <summary>Where this gateway is in an object's history; null before it has a place.</summary>
    public FeedPosition? PositionOf(TestObject target)
    {
        lock (_lock)
            return FeedOf(target.Key).Position;
    }

    /// <summary>What was heard of an object so far, notice by notice.</summary>
    public ImmutableArray<ObjectEventsNotice> NoticesOf(TestObject target)
    {
        lock (_lock)
            return [.. _notices.OfType<ObjectEventsNotice>().Where(notice => notice.ObjectKey == target.Key)];
    }

    /// <summary>All events of an object so far, in short text.</summary>
    public ImmutableArray<string> Heard(TestObject target)
    {
        lock (_lock)
        {
            Assert.Null(_gap);
            return [.. FeedOf(target.Key).Events.Select(Describe)];
        }
    }

    public ImmutableArray<ObjectEvent> EventsOf(TestObject target)
    {
        lock (_lock)
        {
            Assert.Null(_gap);
            return [.. FeedOf(target.Key).Events];
        }
    }

    /// <summary>Waits until at least so many events of an object have arrived; gives all.</summary>
    public async Task<ImmutableArray<string>> Hears(TestObject target, int count)
    {
        await Until(() => FeedOf(target.Key).Events.Count >= count, () => $"{count} events at the gateway; it heard {string.Join(", ", FeedOf(target.Key).Events.Select(Describe))}");
        return Heard(target);
    }

    /// <summary>Waits for a notice of some kind about an object.</summary>
    public async Task<T> Hears<T>(TestObject target)
        where T : GatewayNotice
    {
        await Until(() => _notices.OfType<T>().Any(notice => notice.ObjectKey == target.Key), () => $"a {typeof(T).Name} at the gateway");
        lock (_lock)
            return _notices.OfType<T>().Last(notice => notice.ObjectKey == target.Key);
    }

    /// <summary>Returns when everything that was told to this gateway before the call has arrived.</summary>
    public async Task Fence(ObjectCluster cluster)
    {
        var fence = cluster.NewObject();
        await Connect(fence);
        await fence.Send("\"fence\"");
        await Hears(fence, 1);
    }

    public static string Describe(ObjectEvent happened) => happened switch
    {
        ItemSet set => $"{set.Name}={TestObject.Text(set.Item.Value)}",
        ItemRemoved removed => $"-{removed.Name}",
        MessageSent message => $"message {TestObject.Text(message.Payload)}",
        PresenceJoined { Joined: var joined } => $"joined {joined.ConnectionId} {TestObject.Text(joined.Data)}",
        PresenceLeft { Left: var left } => $"left {left.ConnectionId} {TestObject.Text(left.Data)}",
        _ => happened.ToString(),
    };

    private async Task Until(Func<bool> holds, Func<string> what)
    {
        var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (holds())
                return;
            _waiters.Add((holds, reached));
        }
        try
        {
            await reached.Task.WaitAsync(Waits.Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            lock (_lock)
                throw new TimeoutException($"Did not happen: {what()}.");
        }
    }

    private Feed FeedOf(string objectKey) => _feeds.TryGetValue(objectKey, out var feed) ? feed : _feeds[objectKey] = new();

    private void Take(ObjectEventsNotice notice) => FeedOf(notice.ObjectKey).Take(notice, ReportGap);

    private void ReportGap(string gap) => _gap ??= gap;

    /// <summary>What a gateway knows of one object.</summary>
    private sealed class Feed
    {
        private readonly List<ObjectEventsNotice> _early = [];

        public FeedPosition? Position { get; private set; }

        public List<ObjectEvent> Events { get; } = [];

        public FeedPosition? Stop()
        {
            var position = Position;
            Position = null;
            return position;
        }

        public void StartAt(FeedPosition position, Action<string> reportGap)
        {
            Position = position;
            foreach (var notice in _early)
                Take(notice, reportGap);
            _early.Clear();
        }

        public void Take(ObjectEventsNotice notice, Action<string> reportGap)
        {
            if (Position is not { } position)
            {
                _early.Add(notice);
                return;
            }
            // A catch-up overtakes notices on their way: what it covered is not told again.
            var seen = position.Sequence - notice.From.Sequence;
            if (notice.From.Epoch != position.Epoch || seen >= notice.Events.Length)
                return;
            if (seen < 0)
                reportGap($"Expected a notice from {position}, got one from {notice.From}.");
            if (seen == 0 && notice.From.Revision < position.Revision)
                reportGap($"The revision went back from {position} to {notice.From}.");
            Events.AddRange(notice.Events.Skip((int)Math.Max(seen, 0)));
            Position = new(notice.From.Epoch, notice.From.Sequence + notice.Events.Length, notice.Revision);
        }
    }
}
