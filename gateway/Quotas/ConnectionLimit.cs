using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Transport;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// Bounds the open connections of an address, before a byte of them is read. Connections of trusted proxies are not counted,
/// since those of all clients come from there.
/// </summary>
internal sealed class ConnectionLimit(ServerQuotas quotas, IOptions<ProxyOptions> proxies)
{
    private readonly IPNetwork[] _proxies = [.. proxies.Value.Networks()];
    private readonly ConcurrentDictionary<AddressKey, int> _open = new();

    /// <summary>Serves a connection, or drops it.</summary>
    public Task Serve(ConnectionContext connection, ConnectionDelegate next) =>
        quotas.Connections is { } most && connection.RemoteEndPoint is IPEndPoint { Address: var address } && !IsProxy(address)
            ? Serve(connection, next, AddressKey.Of(address), most)
            : next(connection);

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next, AddressKey key, int most)
    {
        try
        {
            if (_open.AddOrUpdate(key, 1, static (_, open) => open + 1) > most)
            {
                LimitMetrics.Refused(ScopeKind.Address, LimitMetrics.Connections);
                connection.Abort();
                return;
            }
            await next(connection);
        }
        finally
        {
            if (_open.AddOrUpdate(key, 0, static (_, open) => open - 1) <= 0)
                _open.TryRemove(KeyValuePair.Create(key, 0));
        }
    }

    private bool IsProxy(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(_proxies, network => network.Contains(plain));
    }
}
