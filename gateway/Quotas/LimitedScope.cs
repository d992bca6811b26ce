using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>One key, project, class, object, address or account: what it has used, and this gateway's share of what it may use.</summary>
internal sealed class LimitedScope(ScopeKind kind, TimeSpan burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Quota _limits = new();
    private RateBucket _requests;
    private RateBucket _messages;
    private int _sockets;
    private int _othersSockets;
    private volatile bool _isForgotten;

    public ScopeKind Kind => kind;

    /// <summary>Whether it takes nothing any more.</summary>
    public bool IsForgotten => _isForgotten;

    /// <summary>Takes a request, a message or both.</summary>
    public RateVerdict Take(Quota limits, Uses uses, out Uses refused)
    {
        refused = Uses.None;
        lock (_lock)
        {
            if (_isForgotten)
                return RateVerdict.Forgotten;
            _limits = limits;
            var verdict = RateVerdict.Taken;
            if (uses.HasFlag(Uses.Request) && limits.RequestsPerSecond is { } requests && (verdict = _requests.Take(requests, burst, time)) != RateVerdict.Taken)
                refused = Uses.Request;
            else if (uses.HasFlag(Uses.Message) && limits.MessagesPerSecond is { } messages && (verdict = _messages.Take(messages, burst, time)) != RateVerdict.Taken)
                refused = Uses.Message;
            return verdict;
        }
    }

    /// <summary>Whether the next request would be refused.</summary>
    public bool IsSpent(Quota limits)
    {
        lock (_lock)
            return limits.RequestsPerSecond is { } requests && _requests.IsSpent(requests, burst, time);
    }

    /// <summary>Takes a seat for a socket; give it back with <see cref="Leave"/>.</summary>
    public RateVerdict Sit(Quota limits)
    {
        lock (_lock)
        {
            if (_isForgotten)
                return RateVerdict.Forgotten;
            _limits = limits;
            if (_sockets + _othersSockets >= limits.Sockets)
                return RateVerdict.Refused;
            _sockets++;
            return RateVerdict.Taken;
        }
    }

    public void Leave()
    {
        lock (_lock)
            _sockets--;
    }

    /// <summary>Forgets it unless it holds sockets.</summary>
    public bool TryForget()
    {
        lock (_lock)
            return _isForgotten = _sockets == 0;
    }

    /// <summary>Looks at what was asked since the last look.</summary>
    /// <param name="seconds">How long ago that was.</param>
    /// <param name="forget">Whether to forget the scope if forgetting makes no difference.</param>
    public ScopeLook Look(double seconds, bool forget)
    {
        lock (_lock)
        {
            var demand = new Demand(_requests.Asked / seconds, _messages.Asked / seconds, _sockets);
            var limits = _limits;
            var isIdle = _requests.Reset(limits.RequestsPerSecond, burst, time) & _messages.Reset(limits.MessagesPerSecond, burst, time) && _sockets == 0;
            return new(demand, limits, _isForgotten = isIdle && forget);
        }
    }

    /// <summary>
    /// Sets this gateway's share: what the others leave, or, when all together ask for more than there is, in proportion to what
    /// each asks for, nobody for more than all of it.
    /// </summary>
    public void Share(Demand own, Demand others)
    {
        lock (_lock)
        {
            _requests.Withheld = Withheld(_limits.RequestsPerSecond, own.Requests, others.Requests);
            _messages.Withheld = Withheld(_limits.MessagesPerSecond, own.Messages, others.Messages);
            _othersSockets = others.Sockets;
        }
    }

    /// <summary>Nothing is known of the others any more, or nothing that matters.</summary>
    public void ShareNothing() => Share(default, default);

    private static double Withheld(double? limit, double own, double others)
    {
        if (limit is not { } all || others <= 0)
            return 0;
        if (own + others <= all)
            return others / all;
        own = Math.Clamp(own, all / 100, all);
        others = Math.Min(others, all * 100);
        return others / (own + others);
    }
}

/// <summary>What a call uses of what is limited.</summary>
[Flags]
internal enum Uses
{
    None = 0,
    Request = 1,
    Message = 2,
}

/// <summary>What a look at a scope has shown.</summary>
/// <param name="Demand">What was asked.</param>
/// <param name="Limits">What it may use.</param>
/// <param name="IsForgotten">Whether the scope takes nothing any more.</param>
internal readonly record struct ScopeLook(Demand Demand, Quota Limits, bool IsForgotten)
{
    /// <summary>
    /// What other gateways are told: no more than all there is. Else whoever floods one gateway would leave nothing to the others,
    /// and whoever floods several would be let through less than the limit by all of them together.
    /// </summary>
    public Demand Told => Demand with
    {
        Requests = Math.Min(Demand.Requests, Limits.RequestsPerSecond ?? double.MaxValue),
        Messages = Math.Min(Demand.Messages, Limits.MessagesPerSecond ?? double.MaxValue),
    };

    /// <summary>Whether any demand is at or over a part of its limit.</summary>
    public bool Reaches(double part) => RequestsReach(part) || MessagesReach(part) || SocketsReach(part);

    public bool RequestsReach(double part) => Demand.Requests > 0 && Demand.Requests >= Limits.RequestsPerSecond * part;

    public bool MessagesReach(double part) => Demand.Messages > 0 && Demand.Messages >= Limits.MessagesPerSecond * part;

    public bool SocketsReach(double part) => Demand.Sockets > 0 && Demand.Sockets >= Limits.Sockets * part;

    /// <summary>Counts the limits of which a part is reached.</summary>
    public void CountNear(ScopeKind kind, double part)
    {
        if (RequestsReach(part))
            LimitMetrics.Near(kind, LimitMetrics.Requests);
        if (MessagesReach(part))
            LimitMetrics.Near(kind, LimitMetrics.Messages);
        if (SocketsReach(part))
            LimitMetrics.Near(kind, LimitMetrics.Sockets);
    }
}
