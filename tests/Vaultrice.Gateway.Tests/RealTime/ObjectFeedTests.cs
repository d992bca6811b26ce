using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>One socket's failure is nobody else's.</summary>
public sealed class ObjectFeedTests
{
    private readonly TestGate _gate = new();
    private readonly ObjectFeed _feed;
    private int _emptied;

    public ObjectFeedTests() =>
        _feed = new("one/c/i", grain: null!, "gateway", _ => _emptied++, _gate.Time, NullLogger<ObjectFeeds>.Instance);

    [Fact]
    public async Task A_socket_that_cannot_be_torn_down_keeps_no_other_from_it()
    {
        TestSocket[] sockets = [await Open(cannotBeAborted: true), await Open(), await Open(cannotBeAborted: true), await Open()];
        foreach (var socket in sockets)
            socket.Socket.Close(CloseReason.Restarting);
        _gate.Time.Advance(TimeSpan.FromSeconds(3));
        _feed.Sweep(TimeSpan.FromHours(1));
        Assert.All(sockets, socket => Assert.NotEqual(socket.CannotBeAborted, socket.IsAborted));
    }

    [Fact]
    public async Task A_socket_that_will_never_run_leaves_and_is_not_touched_again()
    {
        var (given, other) = (await Open(), await Open());
        given.Socket.Abandon();
        Assert.True(given.IsAborted);
        Assert.Equal([other.Socket], _feed.Sockets);
        other.Socket.Abandon();
        Assert.Equal(1, _emptied);
    }

    [Fact]
    public async Task A_bug_met_once_is_told_to_who_waits_and_the_feed_goes_on()
    {
        var grain = DispatchProxy.Create<IStorageObjectGrain, BrokenOnce>();
        var feed = new ObjectFeed("one/c/i", grain, "gateway", _ => { }, _gate.Time, NullLogger<ObjectFeeds>.Instance);
        Assert.True((await feed.Connect("p", null)).Succeeded);
        await Assert.ThrowsAsync<InvalidOperationException>(() => feed.Renew().Or("The failure was not told"));
        await feed.Renew().Or("The feed did not go on");
    }

    /// <summary>An object whose first renewal meets a bug.</summary>
    public class BrokenOnce : DispatchProxy
    {
        private bool _wasAsked;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStorageObjectGrain.Connect))
                return Task.FromResult<StorageResult<ConnectionGrant>>(new ConnectionGrant("c", false, new(1, 0, 0), [], 1, null, null));
            if (_wasAsked)
                return Task.FromResult(new CatchUp(new(1, 0, 0), [], Complete: true));
            _wasAsked = true;
            return Task.FromException<CatchUp>(new InvalidOperationException("A bug."));
        }
    }

    private Task<TestSocket> Open(bool cannotBeAborted = false) => TestSocket.Open(
        _gate,
        make =>
        {
            var socket = make(_feed);
            Assert.True(_feed.TryAdd(socket));
            return socket;
        },
        cannotBeAborted: cannotBeAborted);
}
