using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
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
