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
    /// <summary>In how many parts the feeds are swept, all of them once a second: each ping takes a buffer until it is sent.</summary>
    private const int SweepParts = 10;

    private readonly string _gatewayId = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, ObjectFeed> _feeds = new(StringComparer.Ordinal);

    /// <summary>The same feeds by project, also the lock for changes of both: a tenant's changes must not cost walks over everybody's feeds.</summary>
    private readonly Dictionary<string, HashSet<ObjectFeed>> _projects = new(StringComparer.Ordinal);
    private StreamSubscriptionHandle<GatewayNotice>? _subscription;

    /// <summary>Makes a socket and adds it to its object's feed, which is made if need be.</summary>
    public ObjectSocket Add(string objectKey, Func<ObjectFeed, ObjectSocket> makeSocket)
    {
        while (true)
        {
            var feed = _feeds.TryGetValue(objectKey, out var known) ? known : MakeFeed(objectKey);
            var socket = makeSocket(feed);
            if (feed.TryAdd(socket))
                return socket;
        }
    }

    /// <summary>The feeds of a project's objects at this moment.</summary>
    public ObjectFeed[] Of(string projectId)
    {
        lock (_projects)
            return _projects.TryGetValue(projectId, out var feeds) ? [.. feeds] : [];
    }

    /// <summary>The projects whose objects have sockets here at this moment.</summary>
    public string[] ProjectIds
    {
        get
        {
            lock (_projects)
                return [.. _projects.Keys];
        }
    }

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
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / SweepParts, time);
        ObjectFeed[] feeds = [];
        try
        {
            for (var part = 0; await timer.WaitForNextTickAsync(stoppingToken); part = (part + 1) % SweepParts)
            {
                if (part == 0)
                    feeds = [.. _feeds.Values];
                for (var i = part; i < feeds.Length; i += SweepParts)
                    Sweep(feeds[i]);
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

    private ObjectFeed MakeFeed(string objectKey)
    {
        lock (_projects)
        {
            if (_feeds.TryGetValue(objectKey, out var made))
                return made;
            var feed = new ObjectFeed(objectKey, cluster.GetGrain<IStorageObjectGrain>(objectKey), _gatewayId, Forget, time, logger);
            var projectId = ProjectOf(feed);
            if (!_projects.TryGetValue(projectId, out var feeds))
                _projects.Add(projectId, feeds = []);
            feeds.Add(feed);
            return _feeds[objectKey] = feed;
        }
    }

    private void Forget(ObjectFeed feed)
    {
        lock (_projects)
        {
            _feeds.TryRemove(KeyValuePair.Create(feed.ObjectKey, feed));
            var projectId = ProjectOf(feed);
            var feeds = _projects[projectId];
            feeds.Remove(feed);
            if (feeds.Count == 0)
                _projects.Remove(projectId);
        }
    }

    private static string ProjectOf(ObjectFeed feed) => feed.ObjectKey[..feed.ObjectKey.IndexOf('/')];

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
