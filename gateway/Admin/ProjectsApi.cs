using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Projects of the caller's account.</summary>
internal static class ProjectsApi
{
    /// <summary>How many projects are asked at once for a list.</summary>
    private const int AskedAtOnce = 50;

    public static void MapProjects(this RouteGroupBuilder admin)
    {
        var projects = admin.MapGroup("/projects").WithTags("Projects");
        projects.MapGet("", List).WithSummary("Lists the account's projects, oldest first");
        projects.MapPost("", Create).Needs(AdminRole.Admin).WithSummary("Creates a project");
        projects.MapGet("/{projectId}", Get).WithSummary("Shows a project");
        projects.MapPut("/{projectId}", Put).Needs(AdminRole.Admin).WithSummary("Renames a project; the operator can also limit it");
    }

    /// <param name="accountId">Of another account; for the operator only.</param>
    private static async Task<Results<Ok<ProjectJson[]>, Refusal>> List(HttpContext context, IGrainFactory grains, string? accountId = null)
    {
        var caller = AdminCaller.Of(context);
        accountId ??= caller.AccountId;
        if (!caller.MayActFor(accountId) || !Account.IsId(accountId) || await grains.GetGrain<IAccountGrain>(accountId).Get() is not { } account)
            return Refusal.Unknown;
        var projects = new List<ProjectJson>();
        foreach (var ids in account.ProjectIds.Chunk(AskedAtOnce))
        {
            var snapshots = await Task.WhenAll(ids.Select(id => grains.GetGrain<IProjectGrain>(id).GetSnapshot()));
            projects.AddRange(snapshots.OfType<ProjectSnapshot>().Select(ProjectJson.Of));
        }
        return TypedResults.Ok(projects.ToArray());
    }

    /// <param name="accountId">For another account; for the operator only.</param>
    private static async Task<Results<Created<ProjectJson>, Refusal>> Create(
        HttpContext context, AdminBody<NewProjectBody> body, IGrainFactory grains, AuditTrail audit, string? accountId = null)
    {
        var caller = AdminCaller.Of(context);
        accountId ??= caller.AccountId;
        if (!caller.MayActFor(accountId) || !Account.IsId(accountId))
            return Refusal.Unknown;
        var id = ProjectSnapshot.NewId();
        var project = grains.GetGrain<IProjectGrain>(id);
        var entry = audit.Entry(context, "project.create", $"projects/{id}", new { body.Value.Name });
        if (await project.Create(accountId, body.Value.Name, entry) is { } refusal)
            return new Refusal(refusal);
        return TypedResults.Created($"/admin/projects/{id}", ProjectJson.Of((await project.GetSnapshot())!));
    }

    private static Results<Ok<ProjectJson>, Refusal> Get(AdminProject project) => TypedResults.Ok(ProjectJson.Of(project.Snapshot));

    private static async Task<Results<Ok<ProjectJson>, Refusal>> Put(
        HttpContext context, AdminProject project, AdminBody<ProjectBody> body, AuditTrail audit)
    {
        var setsLimits = body.Has("limits");
        if (setsLimits && !AdminCaller.Of(context).IsOperator)
            return new Refusal(AdminErrors.OperatorOnly("limits"));
        ProjectChange change = setsLimits
            ? new ProjectLimited(body.Value.Name, body.Value.Limits?.ToQuota())
            : new ProjectRenamed(body.Value.Name);
        var changed = await project.Grain.Change(change, audit.Entry(context, "project.change", $"projects/{project.Id}", body.Value));
        return changed.Succeeded ? TypedResults.Ok(ProjectJson.Of(changed.Value)) : new Refusal(changed.Error);
    }
}

/// <summary>A project.</summary>
/// <param name="ProjectId">What clients address it by.</param>
/// <param name="AccountId">Whose it is.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Limits">What the operator lets it take of the server.</param>
internal sealed record ProjectJson(string ProjectId, string AccountId, string Name, long CreatedAt, QuotaJson? Limits)
{
    public static ProjectJson Of(ProjectSnapshot project) =>
        new(project.ProjectId, project.AccountId, project.Name, project.CreatedAt, QuotaJson.Of(project.Limits));
}

/// <summary>A project to be.</summary>
internal sealed record NewProjectBody : ICheckedBody
{
    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; init; }

    public StorageError? Check() => BodyRules.Name("name", Name);
}

/// <summary>What a project becomes.</summary>
internal sealed record ProjectBody : ICheckedBody
{
    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>For the operator only; null for the server's defaults, left out to keep what is set.</summary>
    public QuotaJson? Limits { get; init; }

    public StorageError? Check() => BodyRules.Name("name", Name) ?? Limits?.Check("limits");
}
