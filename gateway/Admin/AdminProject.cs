using System.Reflection;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The project that a path names, if the caller may act for its account; else it is as if it did not exist.</summary>
internal sealed class AdminProject : IAdminArgument
{
    private readonly ProjectSnapshot? _snapshot;

    private AdminProject(ProjectSnapshot? snapshot, IProjectGrain? grain) => (_snapshot, Grain) = (snapshot, grain!);

    public ProjectSnapshot Snapshot => _snapshot!;

    public string Id => Snapshot.ProjectId;

    public IProjectGrain Grain { get; }

    public StorageError? Refusal => _snapshot is null ? AdminErrors.Unknown : null;

    /// <summary>From the grain and not from a snapshot that may be a second old: who administers reads what he wrote.</summary>
    public static async ValueTask<AdminProject> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var id = context.GetRouteValue("projectId") as string ?? "";
        var grain = context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<IProjectGrain>(id);
        var snapshot = IsId(id) ? await grain.GetSnapshot() : null;
        return snapshot is not null && AdminCaller.Of(context).MayActFor(snapshot.AccountId) ? new(snapshot, grain) : new(null, null);
    }

    /// <summary>Whether a project can have this id; others are not looked for.</summary>
    public static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
