using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>A key, project, class or object.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="ProjectId">Its project.</param>
/// <param name="Name">The api key or the class; empty for the project.</param>
/// <param name="Id">The object's id; empty for all else.</param>
internal readonly record struct ScopeKey(ScopeKind Kind, string ProjectId, string Name, string Id)
{
    /// <summary>What gateways call it among each other; a class holds no slash.</summary>
    public string NameInProject => Kind == ScopeKind.Object ? $"{Name}/{Id}" : Name;
}
