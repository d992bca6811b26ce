using System.Net;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// What an address may use, asked before anything else is known of a request. Counted by each gateway for itself: a client
/// reaches another gateway only through a balancer, which would have to be shared by all to be right.
/// </summary>
internal sealed class AddressLimits
{
    private readonly Quota? _limits;
    private readonly Quota? _failureLimits;
    private readonly ScopeTable<AddressKey> _addresses;
    private readonly ScopeTable<AddressKey> _failing;

    public AddressLimits(ServerQuotas quotas, TimeProvider time)
    {
        var limits = quotas.Of(ScopeKind.Address);
        _limits = limits is { RequestsPerSecond: null, MessagesPerSecond: null, Sockets: null } ? null : limits;
        _failureLimits = quotas.FailuresPerSecond is { } failures ? new(RequestsPerSecond: failures) : null;
        _addresses = new(static _ => ScopeKind.Address, quotas, time);
        _failing = new(static _ => ScopeKind.Address, quotas, time);
    }

    /// <summary>Counts a request; the refusal, or null.</summary>
    public StorageError? TakeRequest(IPAddress? address) => Take(address, Uses.Request);

    /// <summary>Counts a message; the refusal, or null.</summary>
    public StorageError? TakeMessage(IPAddress? address) => Take(address, Uses.Message);

    /// <summary>The refusal of an address from which too many bad credentials came, or null.</summary>
    public StorageError? RefuseAttempt(IPAddress? address) =>
        _failureLimits is not null && _failing.Find(AddressKey.Of(address))?.IsSpent(_failureLimits) == true ? LimitRefusals.TooManyFailures() : null;

    /// <summary>Credentials were good for nothing: who guesses is not heard any more after some.</summary>
    public void CountFailure(IPAddress? address)
    {
        if (_failureLimits is not null)
            _failing.Take(AddressKey.Of(address), _failureLimits, Uses.Request, out _);
    }

    /// <summary>Takes a seat for a socket: a refusal, or what to dispose when the socket is gone.</summary>
    public (StorageError? Refusal, IDisposable? Seat) Sit(IPAddress? address)
    {
        if (_limits?.Sockets is null)
            return (null, null);
        return _addresses.Sit(AddressKey.Of(address), _limits) is { } scope
            ? (null, new Seats([scope]))
            : (LimitRefusals.TooManySockets(ScopeKind.Address, _limits), null);
    }

    /// <summary>Looks after what is due once a second.</summary>
    public void Sweep(double nearAt)
    {
        _addresses.Look((_, scope, look) => look.CountNear(scope.Kind, nearAt));
        _failing.Look(static (_, _, _) => { });
    }

    private StorageError? Take(IPAddress? address, Uses uses)
    {
        if (_limits is null)
            return null;
        var verdict = _addresses.Take(AddressKey.Of(address), _limits, uses, out var refused);
        return verdict == RateVerdict.Taken ? null : LimitRefusals.TooMuch(ScopeKind.Address, _limits, refused, verdict);
    }
}
