using System.Collections.Frozen;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>What holds for a project as a snapshot shows it, worked out once for each snapshot. What is null is not limited at all.</summary>
internal sealed class ProjectQuotas
{
    private readonly FrozenDictionary<string, (Quota? Total, Quota? Object)> _classes;
    private readonly (Quota? Total, Quota? Object) _otherClasses;

    public ProjectQuotas(ProjectSnapshot project, ServerQuotas server)
    {
        Key = OrNull(server.Of(ScopeKind.Key));
        Project = OrNull(server.OfProject(project));
        _classes = project.Classes.Keys.ToFrozenDictionary(@class => @class, @class => (OrNull(server.OfClass(project, @class)), OrNull(server.OfObject(project, @class))));
        _otherClasses = (OrNull(server.Of(ScopeKind.Class)), OrNull(server.Of(ScopeKind.Object)));
    }

    public Quota? Key { get; }

    public Quota? Project { get; }

    public (Quota? Total, Quota? Object) OfClass(string @class) => _classes.TryGetValue(@class, out var own) ? own : _otherClasses;

    private static Quota? OrNull(Quota quota) => quota is { RequestsPerSecond: null, MessagesPerSecond: null, Sockets: null } ? null : quota;
}
