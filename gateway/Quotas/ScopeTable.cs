using System.Collections.Concurrent;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>The scopes that are in use at present, at most so many: what is idle is forgotten each second, or when there is no room.</summary>
/// <remarks>
/// Past the bound everything without sockets is forgotten at once. Whoever can fill the table within a second, with addresses for
/// example, has no limit to fear from it anyway; those within their limits lose nothing by it.
/// </remarks>
internal sealed class ScopeTable<TKey>(Func<TKey, ScopeKind> kindOf, ServerQuotas quotas, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, LimitedScope> _scopes = new();
    private long _lookedAt = time.GetTimestamp();

    public int Count => _scopes.Count;

    /// <summary>The scope if it is in use.</summary>
    public LimitedScope? Find(TKey key) => _scopes.GetValueOrDefault(key);

    public RateVerdict Take(TKey key, Quota limits, Uses uses, out Uses refused)
    {
        while (true)
        {
            var verdict = Get(key).Take(limits, uses, out refused);
            if (verdict != RateVerdict.Forgotten)
                return verdict;
        }
    }

    /// <summary>Takes a seat for a socket; the scope to leave, or null when there is no seat.</summary>
    public LimitedScope? Sit(TKey key, Quota limits)
    {
        while (true)
        {
            var scope = Get(key);
            switch (scope.Sit(limits))
            {
                case RateVerdict.Taken:
                    return scope;
                case RateVerdict.Refused:
                    return null;
            }
        }
    }

    /// <summary>Looks at every scope, forgets the idle ones, and tells of the others.</summary>
    public void Look(Action<TKey, LimitedScope, ScopeLook> tell)
    {
        var now = time.GetTimestamp();
        var seconds = Math.Max(time.GetElapsedTime(_lookedAt, now).TotalSeconds, 0.001);
        _lookedAt = now;
        foreach (var (key, scope) in _scopes)
        {
            var look = scope.Look(seconds, forget: true);
            if (look.IsForgotten)
                _scopes.TryRemove(KeyValuePair.Create(key, scope));
            else
                tell(key, scope, look);
        }
    }

    private LimitedScope Get(TKey key)
    {
        if (_scopes.TryGetValue(key, out var scope))
            return scope.IsForgotten ? Replace(key, scope) : scope;
        if (_scopes.Count >= quotas.Tracked)
            MakeRoom();
        return _scopes.GetOrAdd(key, static (key, table) => table.Make(key), this);
    }

    private LimitedScope Replace(TKey key, LimitedScope forgotten)
    {
        _scopes.TryRemove(KeyValuePair.Create(key, forgotten));
        return _scopes.GetOrAdd(key, static (key, table) => table.Make(key), this);
    }

    private LimitedScope Make(TKey key) => new(kindOf(key), quotas.Burst, time);

    private void MakeRoom()
    {
        foreach (var (key, scope) in _scopes)
        {
            if (scope.TryForget())
                _scopes.TryRemove(KeyValuePair.Create(key, scope));
        }
    }
}
