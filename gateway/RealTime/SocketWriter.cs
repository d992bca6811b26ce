namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// Puts whole frames on a socket's stream, one after the other, from any thread. A frame is written at once while the stream
/// takes it; only for a slow peer is a queue made.
/// </summary>
/// <param name="stream">The socket's stream.</param>
/// <param name="maxQueuedBytes">How many bytes may wait, those of catching up not counted.</param>
/// <param name="overflowed">Called instead of queueing more; from then on only a last frame is taken.</param>
internal sealed class SocketWriter(Stream stream, int maxQueuedBytes, Action overflowed)
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Queue<(ReadOnlyMemory<byte> Frame, int Counted)>? _queue;
    private int _queuedBytes;
    private TaskCompletionSource? _written;
    private bool _isWriting;
    private bool _isFull;
    private bool _isClosed;

    /// <summary>Sends a frame, or queues it behind others.</summary>
    /// <param name="frame">A whole frame; its bytes must not change any more.</param>
    /// <param name="isLast">Nothing is sent after it, and what still waits is dropped in its favour.</param>
    /// <param name="isCatchUp">
    /// It is part of what a client missed, which comes all at once and may be larger than the bound: it does not count, since a
    /// client closed for it would come back to miss the same again.
    /// </param>
    public void Send(ReadOnlyMemory<byte> frame, bool isLast = false, bool isCatchUp = false)
    {
        lock (_lock)
        {
            if (_isClosed || (_isFull && !isLast))
                return;
            if (isLast)
            {
                _isClosed = true;
                Drop();
            }
            if (_isWriting)
            {
                _isFull = !isLast && !isCatchUp && _queuedBytes + frame.Length > maxQueuedBytes;
                if (_isFull)
                    Drop();
                else
                    Queue(frame, isCatchUp ? 0 : frame.Length);
            }
            else
            {
                _isWriting = true;
                Write(frame);
            }
        }
        if (_isFull)
            overflowed();
    }

    /// <summary>
    /// Waits until nothing is on its way any more: what is not written when the request ends is lost, and over HTTP/2 the stream is
    /// another request's then. A peer that does not take it is cut off.
    /// </summary>
    /// <param name="abort">Tears the connection down.</param>
    /// <param name="time">The clock.</param>
    public async ValueTask Drain(Action abort, TimeProvider time)
    {
        Task written;
        lock (_lock)
        {
            if (!_isWriting)
                return;
            _written ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            written = _written.Task;
        }
        try
        {
            await written.WaitAsync(DrainTimeout, time);
        }
        catch (TimeoutException)
        {
            abort();
        }
    }

    /// <summary>Writes while the stream takes it; what it does not take at once goes on in the background. Called under the lock.</summary>
    private void Write(ReadOnlyMemory<byte> frame)
    {
        do
        {
            ValueTask written;
            try
            {
                written = stream.WriteAsync(frame);
            }
            catch (Exception e) when (IsGone(e))
            {
                GiveUp();
                return;
            }
            if (!written.IsCompletedSuccessfully)
            {
                _ = Finish(written);
                return;
            }
        }
        while (TryDequeue(out frame));
        Rest();
    }

    private async Task Finish(ValueTask written)
    {
        try
        {
            await written;
        }
        catch (Exception e) when (IsGone(e))
        {
            lock (_lock)
                GiveUp();
            return;
        }
        lock (_lock)
        {
            if (TryDequeue(out var next))
                Write(next);
            else
                Rest();
        }
    }

    private void Rest()
    {
        _isWriting = false;
        _written?.TrySetResult();
    }

    private void Queue(ReadOnlyMemory<byte> frame, int counted)
    {
        _queuedBytes += counted;
        (_queue ??= new()).Enqueue((frame, counted));
    }

    private bool TryDequeue(out ReadOnlyMemory<byte> frame)
    {
        if (_queue is null || !_queue.TryDequeue(out var next))
        {
            frame = default;
            _queue = null;
            return false;
        }
        frame = next.Frame;
        _queuedBytes -= next.Counted;
        return true;
    }

    private void Drop()
    {
        _queue = null;
        _queuedBytes = 0;
    }

    private void GiveUp()
    {
        _isClosed = true;
        Drop();
        Rest();
    }

    /// <summary>The socket is closed or aborted; its read loop finds out and cleans up.</summary>
    private static bool IsGone(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
