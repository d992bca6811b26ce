using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Vaultrice.Grains.Streaming;

/// <summary>
/// Counts and reports notices that never reached their gateway. A gateway sees the gap in their sequence and asks the
/// object, so that a loss costs a question, not an event.
/// </summary>
internal sealed partial class LostNotices
{
    private readonly Counter<long> _lost;
    private readonly ILogger<LostNotices> _logger;

    public LostNotices(IMeterFactory meters, ILogger<LostNotices> logger)
    {
        _logger = logger;
        _lost = meters.Create("Vaultrice").CreateCounter<long>(
            "vaultrice.gateway_notices.lost", "{notice}", "Notices to gateways that were dropped or could not be delivered.");
    }

    public void Overflowed(StreamId streamId, int count, bool newJam)
    {
        _lost.Add(count, new KeyValuePair<string, object?>("reason", "overflow"));
        if (newJam)
            LogOverflow(streamId);
    }

    public void Undeliverable(StreamId streamId, int count)
    {
        _lost.Add(count, new KeyValuePair<string, object?>("reason", "delivery"));
        LogUndeliverable(streamId, count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The gateway behind stream {StreamId} does not keep up; its oldest notices are being dropped until it has caught up.")]
    private partial void LogOverflow(StreamId streamId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notices on stream {StreamId} could not be delivered and were dropped.")]
    private partial void LogUndeliverable(StreamId streamId, int count);
}
