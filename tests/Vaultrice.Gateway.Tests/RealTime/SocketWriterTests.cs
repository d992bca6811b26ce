using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>What is on its way when a socket's request ends.</summary>
public sealed class SocketWriterTests
{
    private const int Final = 0x80;

    private readonly SlowStream _stream = new();
    private readonly ArmedTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly SocketWriter _writer;
    private bool _isAborted;

    public SocketWriterTests() => _writer = new(_stream, 1000, () => { });

    [Fact]
    public async Task It_is_waited_for_until_the_goodbye_behind_it_is_written()
    {
        _writer.Send(new byte[1]);
        _writer.Send(new byte[2], isLast: true);
        var drained = Drained();
        Assert.False(drained.IsCompleted);
        _stream.Take();
        Assert.False(drained.IsCompleted);
        _stream.Take();
        await drained.Or("The writer waits though all is written");
        Assert.Equal([1, 2], _stream.Written.Select(frame => frame.Length));
        Assert.False(_isAborted);
    }

    [Fact]
    public async Task A_peer_that_does_not_take_it_is_cut_off()
    {
        _writer.Send(new byte[1]);
        var drained = Drained();
        await _time.Armed(TimeSpan.FromSeconds(2), "Nobody waits for the peer");
        _time.Advance(TimeSpan.FromSeconds(2));
        await drained.Or("The peer is waited for");
        Assert.True(_isAborted);
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_not_waited_for()
    {
        _writer.Send(new byte[1]);
        _writer.Send(new byte[2], isLast: true);
        var drained = Drained();
        _stream.Break();
        await drained.Or("A peer that is gone is waited for");
        Assert.Equal([1], _stream.Written.Select(frame => frame.Length));
        Assert.False(_isAborted);
    }

    [Fact]
    public async Task A_socket_is_over_when_its_goodbye_is_written()
    {
        // Nothing comes from its peer but the end.
        var running = await Run(_stream);
        Assert.False(running.IsCompleted);
        _stream.Take();
        await running.Or("The socket does not end");
    }

    [Fact]
    public async Task A_socket_is_over_when_its_goodbye_behind_what_is_still_being_written_is_written()
    {
        using var stream = new SlowStream([.. WireSocket.FrameOf(Final | WireSocket.Ping, [1]), .. WireSocket.FrameOf(Final | WireSocket.Close, [3, 232])]);
        var running = await Run(stream);
        Assert.False(running.IsCompleted);
        stream.Take();
        Assert.False(running.IsCompleted);
        stream.Take();
        await running.Or("The socket does not end");
        Assert.Equal([Final | WireSocket.Pong, Final | WireSocket.Close], stream.Written.Select(frame => (int)frame[0]));
    }

    /// <summary>Runs a socket on a network.</summary>
    private static async Task<Task> Run(SlowStream stream)
    {
        var gate = new TestGate();
        var @object = (IStorageObjectGrain)DispatchProxy.Create<IStorageObjectGrain, ObjectSocketTests.TestObject>();
        var feed = new ObjectFeed("one/c/i", @object, "gateway", _ => { }, gate.Time, NullLogger<ObjectFeeds>.Instance);
        return (await TestSocket.Open(gate, make => make(feed), stream: stream)).Socket.Run();
    }

    private Task Drained() => _writer.Drain(() => _isAborted = true, _time).AsTask();

    /// <summary>Brings some bytes at once, and takes a write when it is told to.</summary>
    private sealed class SlowStream(params byte[] bytes) : MemoryStream(bytes)
    {
        private TaskCompletionSource _taking = new();

        public List<byte[]> Written { get; } = [];

        public void Take()
        {
            var taking = _taking;
            _taking = new();
            taking.SetResult();
        }

        public void Break() => _taking.SetException(new IOException("The peer is gone."));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written.Add(buffer.ToArray());
            return new(_taking.Task);
        }
    }
}
