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
    private readonly ScopeTable<AddressKey> _missigning;

    public AddressLimits(ServerQuotas quotas, TimeProvider time)
    {
        var limits = quotas.Of(ScopeKind.Address);
        _limits = limits is { RequestsPerSecond: null, MessagesPerSecond: null, Sockets: null } ? null : limits;
        _failureLimits = quotas.FailuresPerSecond is { } failures ? new(RequestsPerSecond: failures) : null;
        _addresses = new(static _ => ScopeKind.Address, quotas, time);
        _failing = new(static _ => ScopeKind.Address, quotas, time);
        _missigning = new(static _ => ScopeKind.Address, quotas, time);
    }

    /// <summary>Counts a request; the refusal, or null.</summary>
    public StorageError? TakeRequest(IPAddress? address) => Take(address, Uses.Request);

    /// <summary>Counts a message; the refusal, or null.</summary>
    public StorageError? TakeMessage(IPAddress? address) => Take(address, Uses.Message);

    /// <summary>The refusal of an address from which too many bad credentials came, or null.</summary>
    public StorageError? RefuseAttempt(IPAddress? address) => IsSpent(_failing, address) ? LimitRefusals.TooManyFailures() : null;

    /// <summary>Credentials were good for nothing: who guesses is not heard any more after some.</summary>
    public void CountFailure(IPAddress? address) => Count(_failing, address);

    /// <summary>The refusal of an address from which too many bad signatures of ids came, or null.</summary>
    public StorageError? RefuseSignature(IPAddress? address) => IsSpent(_missigning, address) ? LimitRefusals.TooManyBadSignatures() : null;

    /// <summary>A signature of an id was bad. Counted apart: it must not keep others at the same address from getting tokens.</summary>
    public void CountBadSignature(IPAddress? address) => Count(_missigning, address);

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
        _missigning.Look(static (_, _, _) => { });
    }

    private bool IsSpent(ScopeTable<AddressKey> failures, IPAddress? address) =>
        _failureLimits is not null && failures.Find(AddressKey.Of(address))?.IsSpent(_failureLimits) == true;

    private void Count(ScopeTable<AddressKey> failures, IPAddress? address)
    {
        if (_failureLimits is not null)
            failures.Take(AddressKey.Of(address), _failureLimits, Uses.Request, out _);
    }

    private StorageError? Take(IPAddress? address, Uses uses)
    {
        if (_limits is null)
            return null;
        var verdict = _addresses.Take(AddressKey.Of(address), _limits, uses, out var refused);
        return verdict == RateVerdict.Taken ? null : LimitRefusals.TooMuch(ScopeKind.Address, _limits, refused, verdict);
    }
}
