namespace Vaultrice.Gateway.Quotas;

/// <summary>The places of one socket in all the scopes that count it; disposed when the socket is gone.</summary>
internal sealed class Seats(IReadOnlyList<LimitedScope> scopes) : IDisposable
{
    private int _isGone;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isGone, 1) != 0)
            return;
        foreach (var scope in scopes)
            scope.Leave();
    }
}
