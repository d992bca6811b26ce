namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// A token bucket: a use takes a token, tokens come back at the limit's rate, and what a pause leaves is kept up to the burst.
/// Its owner sees to it that one thread at a time uses it.
/// </summary>
/// <remarks>
/// A refused request that is worded so the SDK repeats it comes back within a second. As many are invited as the rate can serve
/// in that time; the rest is told plainly, or the repeats of a client that runs wild would be a storm of their own.
/// </remarks>
internal struct RateBucket
{
    private const double InvitedSeconds = 0.5;

    private double _tokens;
    private double _invitations;
    private double _withheld;
    private long _at;
    private int _asked;
    private bool _isUsed;

    /// <summary>How often it was asked since <see cref="Reset"/>, in vain too.</summary>
    public readonly int Asked => _asked;

    /// <summary>The part of the limit that other gateways let through, 0 to 1.</summary>
    public double Withheld
    {
        readonly get => _withheld;
        set => _withheld = Math.Clamp(value, 0, 1);
    }

    public RateVerdict Take(double perSecond, TimeSpan burst, TimeProvider time)
    {
        _asked++;
        var rate = Fill(perSecond, burst, time);
        if (_tokens >= 1)
        {
            _tokens--;
            return RateVerdict.Taken;
        }
        if (_invitations < 1 || rate <= 0)
            return RateVerdict.Refused;
        _invitations--;
        return RateVerdict.ComeBack;
    }

    /// <summary>Whether the next use would be refused.</summary>
    public bool IsSpent(double perSecond, TimeSpan burst, TimeProvider time)
    {
        Fill(perSecond, burst, time);
        return _tokens < 1;
    }

    /// <summary>Begins to count anew; true when nothing is owed: forgetting the bucket forgets nothing.</summary>
    public bool Reset(double? perSecond, TimeSpan burst, TimeProvider time)
    {
        var wasAsked = _asked > 0;
        _asked = 0;
        return !_isUsed || (!wasAsked && (perSecond is null || time.GetElapsedTime(_at) >= burst));
    }

    private double Fill(double perSecond, TimeSpan burst, TimeProvider time)
    {
        var rate = perSecond * (1 - _withheld);
        var room = Math.Max(rate * burst.TotalSeconds, 1);
        var now = time.GetTimestamp();
        // Full at first.
        var come = _isUsed ? time.GetElapsedTime(_at, now).TotalSeconds * rate : double.MaxValue;
        _at = now;
        _isUsed = true;
        _tokens = Math.Min(room, _tokens + come);
        _invitations = Math.Min(Math.Max(rate * InvitedSeconds, 1), _invitations + come);
        return rate;
    }
}

/// <summary>What became of a use.</summary>
internal enum RateVerdict
{
    Taken,

    /// <summary>Not now; a repeat within the second is welcome.</summary>
    ComeBack,

    /// <summary>Not now, and no repeats.</summary>
    Refused,

    /// <summary>The scope was forgotten meanwhile: ask the one that took its place.</summary>
    Forgotten,
}
