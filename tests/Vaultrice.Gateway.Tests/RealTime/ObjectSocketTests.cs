using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Vaultrice.Gateways;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>What a socket tells its object. The clock stands still.</summary>
public sealed class ObjectSocketTests : IAsyncLifetime
{
    private const int Final = 0x80;

    private readonly TestGate _gate = new();
    private readonly TestObject _object = (TestObject)(object)DispatchProxy.Create<IStorageObjectGrain, TestObject>();
    private readonly ObjectFeed _feed;
    private readonly TcpClient _client = new();
    private TcpClient? _server;
    private Task _running = Task.CompletedTask;

    public ObjectSocketTests() =>
        _feed = new("one/c/i", (IStorageObjectGrain)(object)_object, "gateway", _ => { }, _gate.Time, NullLogger<ObjectFeeds>.Instance);

    public async ValueTask InitializeAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await _client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        _server = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var socket = await TestSocket.Open(
            _gate,
            make =>
            {
                var socket = make(_feed);
                Assert.True(_feed.TryAdd(socket));
                return socket;
            },
            stream: _server.GetStream());
        _running = socket.Socket.Run();
        await Say(WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        Assert.Contains("connected", Encoding.UTF8.GetString((await Hear(WireSocket.Text)).Span), StringComparison.Ordinal);
        await Hear(WireSocket.Text);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _running.Or("The socket did not end");
        _server?.Dispose();
    }

    [Fact]
    public async Task Somebody_wants_to_resume_a_live_connection_and_its_pong_is_told_at_once()
    {
        _feed.Take(new ConnectionProbe("one/c/i", "c", 1));
        var ping = await Hear(WireSocket.Ping);
        Assert.False(_object.Answer.IsCompleted);
        await Say(WireSocket.Pong, ping.ToArray());
        Assert.Equal(("c", 1), await _object.Answer.Or("The object did not hear of the pong"));
    }

    [Fact]
    public async Task Another_word_counts_as_an_answer_when_the_time_for_a_pong_is_over()
    {
        _feed.Take(new ConnectionProbe("one/c/i", "c", 1));
        await Hear(WireSocket.Ping);
        _gate.Time.Advance(TimeSpan.FromSeconds(1));
        await Say(WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        await Hear(WireSocket.Text);
        _feed.Sweep(TimeSpan.FromHours(1));
        Assert.False(_object.Answer.IsCompleted);
        _gate.Time.Advance(TimeSpan.FromSeconds(2));
        _feed.Sweep(TimeSpan.FromHours(1));
        Assert.Equal(("c", 1), await _object.Answer.Or("The object did not hear of the word"));
    }

    [Fact]
    public async Task A_pong_nobody_waits_for_is_not_told()
    {
        _gate.Time.Advance(TimeSpan.FromSeconds(26));
        _feed.Sweep(TimeSpan.FromHours(1));
        await Say(WireSocket.Pong, (await Hear(WireSocket.Ping)).ToArray());
        await Say(WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        await Hear(WireSocket.Text);
        Assert.False(_object.Answer.IsCompleted);
    }

    [Fact]
    public async Task An_answer_is_told_once_and_later_pongs_are_not()
    {
        _feed.Take(new ConnectionProbe("one/c/i", "c", 1));
        await Say(WireSocket.Pong, (await Hear(WireSocket.Ping)).ToArray());
        await _object.Answer.Or("The object did not hear of the pong");
        _gate.Time.Advance(TimeSpan.FromSeconds(26));
        _feed.Sweep(TimeSpan.FromHours(1));
        await Say(WireSocket.Pong, (await Hear(WireSocket.Ping)).ToArray());
        await Say(WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        await Hear(WireSocket.Text);
        Assert.Equal(1, _object.Answers);
    }

    [Fact]
    public async Task A_join_whose_call_failed_is_taken_back_because_it_may_have_taken_effect()
    {
        await Say(WireSocket.Text, """{"event":"presence:join","payload":{"name":"Ann"}}"""u8.ToArray());
        Assert.Equal("c", await _object.Leaving.Or("The object was not told"));
        Assert.Contains("error", Encoding.UTF8.GetString((await Hear(WireSocket.Text)).Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_present_stays_so_when_the_call_of_another_join_failed()
    {
        _object.TakesJoin = true;
        await Say(WireSocket.Text, """{"event":"presence:join","payload":{"name":"Ann"}}"""u8.ToArray());
        await Say(WireSocket.Text, """{"event":"ping"}"""u8.ToArray());
        Assert.DoesNotContain("error", Encoding.UTF8.GetString((await Hear(WireSocket.Text)).Span), StringComparison.Ordinal);
        _object.TakesJoin = false;
        await Say(WireSocket.Text, """{"event":"presence:join","payload":{"name":"Anna"}}"""u8.ToArray());
        Assert.Contains("error", Encoding.UTF8.GetString((await Hear(WireSocket.Text)).Span), StringComparison.Ordinal);
        Assert.False(_object.Leaving.IsCompleted);
    }

    private async Task Say(int opcode, byte[] payload) =>
        await _client.GetStream().WriteAsync(WireSocket.FrameOf(Final | opcode, payload), TestContext.Current.CancellationToken);

    private async Task<ReadOnlyMemory<byte>> Hear(int opcode)
    {
        var head = new byte[2];
        await _client.GetStream().ReadExactlyAsync(head, TestContext.Current.CancellationToken).AsTask().Or("The socket was told nothing");
        Assert.Equal(Final | opcode, head[0]);
        var payload = new byte[head[1]];
        await _client.GetStream().ReadExactlyAsync(payload, TestContext.Current.CancellationToken).AsTask().Or("The frame did not end");
        return payload;
    }

    /// <summary>An object that grants the connection <c>c</c>, answers a join only if it is told to, and keeps what else it is told.</summary>
    public class TestObject : DispatchProxy
    {
        private readonly TaskCompletionSource<(string, int)> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource<string> _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private int _answers;

        /// <summary>Whether a join is answered, with success.</summary>
        public bool TakesJoin { get; set; }

        public Task<(string ConnectionId, int Attachment)> Answer => _answer.Task;

        /// <summary>How many answers it was told of.</summary>
        public int Answers => Volatile.Read(ref _answers);

        public Task<string> Leaving => _leaving.Task;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStorageObjectGrain.Connect))
                return Task.FromResult<StorageResult<ConnectionGrant>>(new ConnectionGrant("c", false, new(1, 0, 0), [], 1, null, null));
            if (targetMethod.Name == nameof(IStorageObjectGrain.Join) && TakesJoin)
                return Task.FromResult<StorageResult<JoinedConnection>>(new JoinedConnection("c", 0, (ReadOnlyMemory<byte>)args![1]!, null));
            if (targetMethod.Name == nameof(IStorageObjectGrain.Join))
                return Task.FromException<StorageResult<JoinedConnection>>(new TimeoutException("No answer."));
            if (targetMethod.Name == nameof(IStorageObjectGrain.Leave))
                _leaving.TrySetResult((string)args![0]!);
            if (targetMethod.Name == nameof(IStorageObjectGrain.Answered))
            {
                Interlocked.Increment(ref _answers);
                _answer.TrySetResult(((string)args![0]!, (int)args[1]!));
            }
            return Task.CompletedTask;
        }
    }
}
