using System.Diagnostics.Metrics;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>What limits count: by the kind of scope and of limit, never by whose it is.</summary>
internal static class LimitMetrics
{
    public const string Requests = "requests";
    public const string Messages = "messages";
    public const string Sockets = "sockets";
    public const string Connections = "connections";
    public const string Failures = "failures";

    private static readonly Counter<long> RefusedCounter = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.limits.refused", "{use}", "Uses refused by a limit.");

    private static readonly Counter<long> NearCounter = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.limits.near", "{scope}", "Keys, projects, classes, objects, addresses and accounts that nearly reached a limit, once a second each.");

    public static void Refused(ScopeKind scope, string limit) => RefusedCounter.Add(1, new("scope", WordOf(scope)), new("limit", limit));

    public static void Near(ScopeKind scope, string limit) => NearCounter.Add(1, new("scope", WordOf(scope)), new("limit", limit));

    private static string WordOf(ScopeKind scope) => scope switch
    {
        ScopeKind.Address => "address",
        ScopeKind.Key => "key",
        ScopeKind.Project => "project",
        ScopeKind.Class => "class",
        ScopeKind.Object => "object",
        ScopeKind.Account => "account",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "This kind of scope has no word."),
    };
}
