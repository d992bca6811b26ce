using System.Net.Sockets;

namespace Vaultrice.Benchmarks.Load;

/// <summary>Connections opened before a measurement and cut when its time has long passed.</summary>
internal sealed class HttpConnections : IDisposable
{
    private readonly HttpConnection[] _connections;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration _cut;

    private HttpConnections(HttpConnection[] connections, CancellationTokenSource limit)
    {
        _connections = connections;
        _limit = limit;
        _cut = limit.Token.Register(Cut);
    }

    /// <summary>Passes when the connections were cut.</summary>
    public CancellationToken Limit => _limit.Token;

    public static async Task<HttpConnections> OpenAsync(
        Target target, int count, TimeSpan limit, CancellationToken cancellation)
    {
        var connections = new HttpConnection[count];
        for (var i = 0; i < count; i++) connections[i] = await HttpConnection.OpenAsync(target, cancellation);

        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        return new HttpConnections(connections, source);
    }

    /// <summary>Runs one worker per connection to its end. The first that fails ends them all.</summary>
    public async Task RunAsync(Func<HttpConnection, int, Task> worker)
    {
        var workers = _connections.Select((connection, index) => worker(connection, index)).ToList();
        try
        {
            while (workers.Count > 0)
            {
                var done = await Task.WhenAny(workers);
                workers.Remove(done);
                await done;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            throw new LoadException(_limit.IsCancellationRequested ? "Answers did not come in time." : "A connection broke.", e);
        }
    }

    public void Dispose()
    {
        Cut();
        _cut.Dispose();
        _limit.Dispose();
    }

    private void Cut()
    {
        foreach (var connection in _connections) connection.Dispose();
    }
}
