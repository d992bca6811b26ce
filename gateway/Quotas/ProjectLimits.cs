using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// What keys, projects, classes and objects may use. Asked from the narrowest to the widest: what one object or key is refused
/// takes nothing from those beside it.
/// </summary>
internal sealed class ProjectLimits(ServerQuotas quotas, TimeProvider time)
{
    // Gone with its snapshot.
    private readonly ConditionalWeakTable<ProjectSnapshot, ProjectQuotas> _quotas = [];
    private readonly ScopeTable<ScopeKey> _scopes = new(static key => key.Kind, quotas, time);

    /// <summary>How many are kept count of.</summary>
    public int Count => _scopes.Count;

    /// <summary>Counts a request, a message or both; the refusal, or null.</summary>
    public StorageError? Take(ProjectSnapshot project, string apiKey, string? @class, string? id, Uses uses)
    {
        var limits = QuotasOf(project);
        var (ofClass, ofObject) = @class is null ? default : limits.OfClass(@class);
        return (ofObject is null || id is null ? null : Take(new(ScopeKind.Object, project.ProjectId, @class!, id), ofObject, uses))
            ?? (limits.Key is null ? null : Take(new(ScopeKind.Key, project.ProjectId, apiKey, ""), limits.Key, uses))
            ?? (ofClass is null ? null : Take(new(ScopeKind.Class, project.ProjectId, @class!, ""), ofClass, uses))
            ?? (limits.Project is null ? null : Take(new(ScopeKind.Project, project.ProjectId, "", ""), limits.Project, uses));
    }

    /// <summary>Takes seats for a socket: a refusal, or what to dispose when the socket is gone.</summary>
    public (StorageError? Refusal, IDisposable? Seats) Sit(ProjectSnapshot project, string apiKey, string @class, string id)
    {
        var limits = QuotasOf(project);
        var (ofClass, ofObject) = limits.OfClass(@class);
        ReadOnlySpan<(ScopeKey Key, Quota? Limits)> asked =
        [
            (new(ScopeKind.Object, project.ProjectId, @class, id), ofObject),
            (new(ScopeKind.Key, project.ProjectId, apiKey, ""), limits.Key),
            (new(ScopeKind.Class, project.ProjectId, @class, ""), ofClass),
            (new(ScopeKind.Project, project.ProjectId, "", ""), limits.Project),
        ];
        var taken = new List<LimitedScope>(asked.Length);
        foreach (var (key, limit) in asked)
        {
            if (limit?.Sockets is null)
                continue;
            if (_scopes.Sit(key, limit) is not { } scope)
            {
                new Seats(taken).Dispose();
                return (LimitRefusals.TooManySockets(key.Kind, limit), null);
            }
            taken.Add(scope);
        }
        return (null, taken.Count == 0 ? null : new Seats(taken));
    }

    /// <summary>Looks after what is due once a second; the scopes whose demand other gateways should know, by project.</summary>
    public ILookup<string, ActiveScope> Sweep(double nearAt, double toldAt)
    {
        var active = ImmutableArray.CreateBuilder<ActiveScope>();
        _scopes.Look((key, scope, look) =>
        {
            look.CountNear(scope.Kind, nearAt);
            if (look.Reaches(toldAt))
                active.Add(new(key, scope, look.Told));
            else
                scope.ShareNothing();
        });
        return active.ToLookup(scope => scope.Key.ProjectId, StringComparer.Ordinal);
    }

    private ProjectQuotas QuotasOf(ProjectSnapshot project) =>
        _quotas.TryGetValue(project, out var known) ? known : _quotas.GetValue(project, project => new(project, quotas));

    private StorageError? Take(in ScopeKey key, Quota limits, Uses uses)
    {
        var verdict = _scopes.Take(key, limits, uses, out var refused);
        return verdict == RateVerdict.Taken ? null : LimitRefusals.TooMuch(key.Kind, limits, refused, verdict);
    }
}

/// <summary>A scope in use, and what is asked of it here.</summary>
internal readonly record struct ActiveScope(ScopeKey Key, LimitedScope Scope, Demand Demand);
