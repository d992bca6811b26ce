using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vaultrice.Gateways;
using Vaultrice.Grains.Streaming;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

public sealed class NoticeQueueTests : IDisposable
{
    private static readonly StreamId A = StreamId.Create(StreamNames.Gateways, "a");
    private static readonly StreamId B = StreamId.Create(StreamNames.Gateways, "b");

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly FakeTimeProvider _time = new();
    private long _lost;

    [Fact]
    public async Task Waiting_ends_with_the_first_notice_and_names_its_stream()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 10, 1 << 20));
        var news = queue.WaitForNewsAsync(TestContext.Current.CancellationToken);
        Assert.False(news.IsCompleted);
        queue.Append(A, Notice(1));
        Assert.Equal(A, Assert.Single(await news).StreamId);
    }

    [Fact]
    public async Task Waiting_ends_empty_when_it_is_cancelled()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 10, 1 << 20));
        using var stop = new CancellationTokenSource();
        var news = queue.WaitForNewsAsync(stop.Token);
        await stop.CancelAsync();
        Assert.Empty(await news);
    }

    [Fact]
    public async Task A_cursor_that_is_being_served_needs_no_bell()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 10, 1 << 20));
        using var cursor = queue.OpenCursor(A, null);
        queue.Append(A, Notice(1));
        await queue.WaitForNewsAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1], Read(cursor));

        queue.Append(A, Notice(2));
        queue.Append(B, Notice(3));
        Assert.Equal(B, Assert.Single(await queue.WaitForNewsAsync(TestContext.Current.CancellationToken)).StreamId);
        Assert.Equal([2], Read(cursor));
    }

    [Fact]
    public void A_batch_ends_at_its_limit_of_notices()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 3, 1 << 20));
        using var cursor = queue.OpenCursor(A, null);
        AppendAll(queue, 1, 5);
        Assert.Equal([1, 2, 3], Read(cursor));
        Assert.Equal([4, 5], Read(cursor));
        Assert.Empty(Read(cursor));
    }

    [Fact]
    public void A_batch_ends_at_its_limit_of_bytes_but_holds_one_notice()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 10, 2_000));
        using var cursor = queue.OpenCursor(A, null);
        queue.Append(A, Large(3_000));
        queue.Append(A, Large(500));
        queue.Append(A, Large(500));
        Assert.True(cursor.MoveNext());
        Assert.Single(Batch(cursor));
        Assert.True(cursor.MoveNext());
        Assert.Equal(2, Batch(cursor).Length);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(50, 45)]
    public void Past_the_limit_of_notices_the_oldest_are_dropped_and_counted(int published, int lost)
    {
        var queue = QueueOf(new BacklogLimits(5, 1 << 20, 100, 1 << 20));
        using var cursor = queue.OpenCursor(A, null);
        AppendAll(queue, 1, published);
        Assert.Equal(Enumerable.Range(published - 4, 5), Read(cursor));
        Assert.Equal(lost, _lost);
    }

    [Fact]
    public void Past_the_limit_of_bytes_the_oldest_are_dropped_and_counted()
    {
        var queue = QueueOf(new BacklogLimits(100, 10_000, 100, 1 << 20));
        using var cursor = queue.OpenCursor(A, null);
        for (var i = 0; i < 5; i++)
            queue.Append(A, Large(3_000));
        Assert.True(cursor.MoveNext());
        Assert.Equal(3, Batch(cursor).Length);
        Assert.Equal(2, _lost);
    }

    [Fact]
    public void A_full_stream_takes_nothing_from_another()
    {
        var queue = QueueOf(new BacklogLimits(5, 1 << 20, 100, 1 << 20));
        using var cursor = queue.OpenCursor(B, null);
        queue.Append(B, Notice(1));
        AppendAll(queue, 1, 50);
        Assert.Equal([1], Read(cursor));
    }

    [Fact]
    public void What_was_handed_out_is_no_loss_when_it_makes_room()
    {
        var queue = QueueOf(new BacklogLimits(5, 1 << 20, 100, 1 << 20));
        using var cursor = queue.OpenCursor(A, null);
        for (var i = 1; i <= 20; i++)
        {
            queue.Append(A, Notice(i));
            Assert.Equal([i], Read(cursor));
        }
        Assert.Equal(0, _lost);
    }

    [Fact]
    public async Task A_cursor_opened_at_a_bell_starts_with_the_notice_that_rang_it()
    {
        var queue = QueueOf(new BacklogLimits(1_000, 1 << 20, 1_000, 1 << 20));
        AppendAll(queue, 1, 3);
        await queue.WaitForNewsAsync(TestContext.Current.CancellationToken);
        AppendAll(queue, 4, 500);
        var bell = Assert.Single(await queue.WaitForNewsAsync(TestContext.Current.CancellationToken));
        using var cursor = queue.OpenCursor(A, bell.SequenceToken.SequenceNumber);
        Assert.Equal(Enumerable.Range(4, 497), Read(cursor));
    }

    [Fact]
    public async Task A_stream_nobody_uses_is_forgotten_after_a_minute()
    {
        var queue = QueueOf(new BacklogLimits(100, 1 << 20, 100, 1 << 20));
        AppendAll(queue, 1, 3);
        await queue.WaitForNewsAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));
        queue.Append(B, Notice(1));
        await queue.WaitForNewsAsync(TestContext.Current.CancellationToken);
        using var cursor = queue.OpenCursor(A, 0);
        Assert.Empty(Read(cursor));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private static ConnectionProbe Notice(int number) => new("o", $"{number}", 1);

    private static ObjectEventsNotice Large(int bytes) =>
        new("o", default, 1, [new MessageSent(new byte[bytes], null, null)]);

    private static void AppendAll(NoticeQueue queue, int first, int last)
    {
        for (var number = first; number <= last; number++)
            queue.Append(A, Notice(number));
    }

    private static System.Collections.Immutable.ImmutableArray<GatewayNotice> Batch(NoticeCursor cursor) =>
        Assert.IsType<GatewayNoticeBatch>(cursor.GetCurrent(out _)).Notices;

    private static IEnumerable<int> Read(NoticeCursor cursor) =>
        cursor.MoveNext()
            ? Batch(cursor).Cast<ConnectionProbe>()
                .Select(notice => int.Parse(notice.ConnectionId, System.Globalization.CultureInfo.InvariantCulture))
            : [];

    private NoticeQueue QueueOf(BacklogLimits limits)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        var queue = new NoticeQueue(limits, new LostNotices(meters, NullLogger<LostNotices>.Instance), _time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => _lost += count);
        _listener.Start();
        return queue;
    }
}
