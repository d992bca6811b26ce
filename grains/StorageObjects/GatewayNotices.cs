using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Vaultrice.Gateways;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Sends what an object has to say to gateways. What gets lost on the way shows there as a gap.</summary>
internal sealed partial class GatewayNotices(IStreamProvider streams, ILogger logger)
{
    private const int MaxKept = 64;

    // Finding a stream costs more than sending on it.
    private readonly Dictionary<string, IAsyncStream<GatewayNotice>> _kept = new(StringComparer.Ordinal);

    public void Tell(string gatewayId, GatewayNotice notice)
    {
        if (!_kept.TryGetValue(gatewayId, out var stream))
        {
            if (_kept.Count >= MaxKept)
                _kept.Clear();
            stream = _kept[gatewayId] = streams.GetStream<GatewayNotice>(StreamId.Create(StreamNames.Gateways, gatewayId));
        }
        var sent = stream.OnNextAsync(notice);
        if (!sent.IsCompletedSuccessfully)
            _ = Observe(sent);
    }

    private async Task Observe(Task sent)
    {
        try
        {
            await sent;
        }
        catch (Exception e)
        {
            LogLost(e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A notice to a gateway was lost; the gateway will catch up.")]
    private partial void LogLost(Exception cause);
}
