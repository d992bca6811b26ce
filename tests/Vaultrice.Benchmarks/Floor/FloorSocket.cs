using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Vaultrice.Benchmarks.Floor;

/// <summary>One listener of the floor: a pending receive, and frames sent as they come, one at a time.</summary>
internal sealed class FloorSocket(WebSocket socket, FloorObject target)
{
    private const int LargestFrame = 4096;

    private static readonly byte[] _pong = "{\"event\":\"pong\"}"u8.ToArray();

    private readonly Lock _gate = new();
    private Queue<byte[]>? _waiting;
    private bool _sending;

    public async Task RunAsync(CancellationToken cancellation)
    {
        target.Join(this);
        try
        {
            Send(Encoding.UTF8.GetBytes($"{{\"event\":\"connected\",\"connectionId\":\"{Guid.NewGuid()}\"}}"));
            await ReceiveAllAsync(cancellation);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone; that is how these connections end.
        }
        finally
        {
            target.Leave(this);
        }
    }

    /// <summary>Sends at once, or after the frames already on their way: a WebSocket allows one send at a time.</summary>
    public void Send(byte[] frame)
    {
        lock (_gate)
        {
            if (_sending)
            {
                (_waiting ??= new Queue<byte[]>()).Enqueue(frame);
                return;
            }

            _sending = true;
        }

        _ = DrainAsync(frame);
    }

    private async Task ReceiveAllAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // Waits without a buffer: nothing is held for a connection that says nothing.
            var received = await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
            if (received.MessageType == WebSocketMessageType.Close) return;

            var buffer = ArrayPool<byte>.Shared.Rent(LargestFrame);
            try
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(0, LargestFrame), cancellation);
                if (received.MessageType == WebSocketMessageType.Close) return;
                Answer(buffer.AsSpan(0, received.Count));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private void Answer(ReadOnlySpan<byte> frame)
    {
        if (frame.IndexOf("\"ping\""u8) >= 0) Send(_pong);
        else if (frame.IndexOf("\"message\""u8) >= 0) target.Broadcast(frame.ToArray(), except: this);
    }

    private async Task DrainAsync(byte[]? frame)
    {
        try
        {
            do await socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            while (TryNext(out frame));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The receive side sees the same end and takes the socket out; frames for it are dropped.
        }
    }

    /// <summary>The next waiting frame; without one, the socket is free to send directly again.</summary>
    private bool TryNext(out byte[]? next)
    {
        lock (_gate)
        {
            next = null;
            _sending = _waiting?.TryDequeue(out next) ?? false;
            return _sending;
        }
    }
}
