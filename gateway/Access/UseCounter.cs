namespace Vaultrice.Gateway.Access;

/// <summary>How often something was used since that was last reported, and when last.</summary>
internal sealed class UseCounter
{
    private long _count;
    private long _lastAt;

    /// <summary>Counts a use.</summary>
    /// <param name="now">In ms since the Unix epoch.</param>
    public void Add(long now)
    {
        Interlocked.Increment(ref _count);
        Volatile.Write(ref _lastAt, now);
    }

    /// <summary>Takes what was counted.</summary>
    public (long Count, long LastAt) Take() => (Interlocked.Exchange(ref _count, 0), Volatile.Read(ref _lastAt));

    /// <summary>Gives back what could not be reported.</summary>
    public void Return(long count) => Interlocked.Add(ref _count, count);
}
