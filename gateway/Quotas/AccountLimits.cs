using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>How busy the administration of an account may be: its calls can cost far more than those of clients. Counted by each gateway for itself.</summary>
internal sealed class AccountLimits(ServerQuotas quotas, TimeProvider time)
{
    private readonly Quota _limits = quotas.Of(ScopeKind.Account);
    private readonly ScopeTable<string> _accounts = new(static _ => ScopeKind.Account, quotas, time);

    /// <summary>Counts a request with a good admin token; the refusal, or null.</summary>
    public StorageError? TakeRequest(string accountId)
    {
        if (_limits.RequestsPerSecond is null)
            return null;
        var verdict = _accounts.Take(accountId, _limits, Uses.Request, out var refused);
        return verdict == RateVerdict.Taken ? null : LimitRefusals.TooMuch(ScopeKind.Account, _limits, refused, verdict);
    }

    /// <summary>Looks after what is due once a second.</summary>
    public void Sweep(double nearAt) => _accounts.Look((_, scope, look) => look.CountNear(scope.Kind, nearAt));
}
