using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Vaultrice.Gateways;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>This gateway's mailbox: one subscription to its stream, and a feed for each object that has sockets here.</summary>
internal sealed partial class ObjectFeeds(
    IClusterClient cluster,
    IOptions<SocketOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ObjectFeeds> logger) : BackgroundService
{
    private readonly string _gatewayId = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ObjectFeed> _feeds = new(StringComparer.Ordinal);
    private StreamSubscriptionHandle<GatewayNotice>? _subscription;

    /// <summary>Makes a socket and adds it to its object's feed, which is made if need be.</summary>
    public ObjectSocket Add(string objectKey, Func<ObjectFeed, ObjectSocket> makeSocket)
    {
        while (true)
        {
            var feed = _feeds.GetOrAdd(objectKey, static (key, feeds) => feeds.MakeFeed(key), this);
            var socket = makeSocket(feed);
            if (feed.TryAdd(socket))
                return socket;
        }
    }

    /// <summary>The feeds of a project's objects; of all projects with null.</summary>
    public IEnumerable<ObjectFeed> Of(string? projectId) =>
        projectId is null ? _feeds.Values : _feeds.Where(feed => IsOf(projectId, feed.Key)).Select(feed => feed.Value);

    /// <summary>The projects whose objects have sockets here.</summary>
    public IEnumerable<string> ProjectIds => _feeds.Select(feed => feed.Key[..feed.Key.IndexOf('/')]).Distinct(StringComparer.Ordinal);

    private static bool IsOf(string projectId, string objectKey) =>
        objectKey.Length > projectId.Length && objectKey[projectId.Length] == '/' && objectKey.StartsWith(projectId, StringComparison.Ordinal);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var stream = cluster.GetStreamProvider(StreamNames.Provider)
            .GetStream<GatewayNotice>(StreamId.Create(StreamNames.Gateways, _gatewayId));
        _subscription = await stream.SubscribeAsync(notices =>
        {
            // Quick and without awaiting: all gateways of a process hear one after the other.
            foreach (var notice in notices)
            {
                if (_feeds.TryGetValue(notice.Item.ObjectKey, out var feed))
                    feed.Take(notice.Item);
            }
            return Task.CompletedTask;
        });
        lifetime.ApplicationStopping.Register(CloseAll);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_subscription is not null)
            await _subscription.UnsubscribeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var feed in _feeds.Values)
                    Sweep(feed);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    /// <summary>One feed's failure must not end the sweep of all, nor the host with it.</summary>
    private void Sweep(ObjectFeed feed)
    {
        try
        {
            feed.Sweep(options.Value.RenewEvery);
        }
        catch (Exception e)
        {
            LogSweepFailed(e);
        }
    }

    private ObjectFeed MakeFeed(string objectKey) => new(
        objectKey,
        cluster.GetGrain<IStorageObjectGrain>(objectKey),
        _gatewayId,
        feed => _feeds.TryRemove(KeyValuePair.Create(feed.ObjectKey, feed)),
        time,
        logger);

    private void CloseAll()
    {
        var count = 0;
        foreach (var feed in _feeds.Values)
        {
            foreach (var socket in feed.Sockets)
            {
                socket.Close(CloseReason.Restarting);
                count++;
            }
        }
        LogDraining(count);
    }

    [LoggerMessage(2, LogLevel.Error, "An object's sockets could not be attended to.")]
    private partial void LogSweepFailed(Exception cause);

    [LoggerMessage(1, LogLevel.Information, "The gateway stops: told {Count} sockets to come back.")]
    private partial void LogDraining(int count);
}
