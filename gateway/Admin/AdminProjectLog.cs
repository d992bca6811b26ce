using System.Reflection;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The audit log of the project that a path names; it outlives the project.</summary>
internal sealed class AdminProjectLog : IAdminArgument
{
    private readonly AuditLog? _log;

    private AdminProjectLog(AuditLog? log) => _log = log;

    public AuditLog Log => _log!;

    public StorageError? Refusal => _log is null ? AdminErrors.Unknown : null;

    public static async ValueTask<AdminProjectLog> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var id = context.GetRouteValue("projectId") as string ?? "";
        var grains = context.RequestServices.GetRequiredService<IGrainFactory>();
        var owner = AdminProject.IsId(id) ? await grains.GetGrain<IProjectGrain>(id).GetOwner() : null;
        return new(owner is not null && AdminCaller.Of(context).MayActFor(owner) ? AuditLog.OfProject(grains, id) : null);
    }
}
