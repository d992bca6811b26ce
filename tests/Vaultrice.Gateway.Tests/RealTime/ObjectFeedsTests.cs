using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>Which projects have sockets here, and which feeds are theirs.</summary>
public sealed class ObjectFeedsTests : IDisposable
{
    private readonly TestGate _gate = new();
    private readonly ObjectFeeds _feeds;

    public ObjectFeedsTests() =>
        _feeds = new(_gate.Cluster, Options.Create(new SocketOptions()), lifetime: null!, _gate.Time, NullLogger<ObjectFeeds>.Instance);

    public void Dispose() => _feeds.Dispose();

    [Fact]
    public async Task A_projects_feeds_are_those_of_its_objects_with_sockets()
    {
        TestSocket[] sockets = [await Open("one", "i"), await Open("one", "i"), await Open("one", "j"), await Open("two", "i")];
        Assert.Equal(["one", "two"], _feeds.ProjectIds.Order());
        Assert.Equal(["one/c/i", "one/c/j"], KeysOf("one"));
        Assert.Equal(["two/c/i"], KeysOf("two"));
        Assert.Empty(KeysOf("on"));

        sockets[0].Socket.Abandon();
        Assert.Equal(["one/c/i", "one/c/j"], KeysOf("one"));
        sockets[1].Socket.Abandon();
        Assert.Equal(["one/c/j"], KeysOf("one"));
        sockets[2].Socket.Abandon();
        Assert.Empty(KeysOf("one"));
        Assert.Equal(["two"], _feeds.ProjectIds);
    }

    private IEnumerable<string> KeysOf(string projectId) => _feeds.Of(projectId).Select(feed => feed.ObjectKey).Order();

    private Task<TestSocket> Open(string projectId, string id) =>
        TestSocket.Open(_gate, make => _feeds.Add($"{projectId}/c/{id}", make), projectId, id: id);
}
