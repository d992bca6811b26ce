using Vaultrice.Gateway.Quotas;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// The walks over whole audit logs: those that an account asks for are made one after the other, since logs are as long as tenants
/// make them. By who asks and not by log: a tenant must not keep the operator from verifying the tenant's.
/// </summary>
internal sealed class AuditWalks
{
    /// <summary>How many of an account go on or wait.</summary>
    public const int Most = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task Last, int Count)> _accounts = [];

    /// <summary>Makes a walk when it is its turn; refuses it when too many wait.</summary>
    public async Task<StorageResult<AuditVerdictJson>> Make(string accountId, Func<Task<AuditVerdictJson>> walk)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            (before, var count) = _accounts.GetValueOrDefault(accountId, (Task.CompletedTask, 0));
            if (count == Most)
                return LimitRefusals.TooManyWalks(Most);
            _accounts[accountId] = (over.Task, count + 1);
        }
        try
        {
            await before;
            return await walk();
        }
        finally
        {
            Leave(accountId);
            over.SetResult();
        }
    }

    private void Leave(string accountId)
    {
        lock (_lock)
        {
            var (last, count) = _accounts[accountId];
            if (count == 1)
                _accounts.Remove(accountId);
            else
                _accounts[accountId] = (last, count - 1);
        }
    }
}
