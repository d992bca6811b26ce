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
        projects.MapGet("", List).TakesAccount().WithSummary("Lists the account's projects, oldest first");
        projects.MapPost("", Create).Needs(AdminRole.Admin).TakesAccount().WithSummary("Creates a project");
        projects.MapGet("/{projectId}", Get).WithSummary("Shows a project");
        projects.MapPut("/{projectId}", Put).Needs(AdminRole.Admin).WithSummary("Renames a project; owners of the root account can also limit it");
        projects.MapDelete("/{projectId}", Delete).Needs(AdminRole.Admin).WithSummary("Deletes a project with all its objects");
    }

    private static async Task<Results<Ok<ProjectJson[]>, Refusal>> List(AdminAccount account, IGrainFactory grains)
    {
        var projects = new List<ProjectJson>();
        foreach (var ids in account.Account.ProjectIds.Chunk(AskedAtOnce))
        {
            var snapshots = await Task.WhenAll(ids.Select(id => grains.GetGrain<IProjectGrain>(id).GetSnapshot()));
            projects.AddRange(snapshots.OfType<ProjectSnapshot>().Select(ProjectJson.Of));
        }
        return TypedResults.Ok(projects.ToArray());
    }

    private static async Task<Results<Created<ProjectJson>, Refusal>> Create(
        HttpContext context, AdminAccount account, AdminBody<NamedBody> body, IGrainFactory grains, AuditTrail audit)
    {
        var id = ProjectSnapshot.NewId();
        var project = grains.GetGrain<IProjectGrain>(id);
        if (await project.Create(account.Id, body.Value.Name, audit.Entry(context, "project.create", $"projects/{id}", body.Value)) is { } refusal)
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

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminProject project, AuditTrail audit)
    {
        var refusal = await project.Grain.Delete(audit.Entry(context, "project.delete", $"projects/{project.Id}"));
        return refusal is null ? TypedResults.NoContent() : new Refusal(refusal);
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

/// <summary>What a project becomes.</summary>
internal sealed record ProjectBody : ICheckedBody
{
    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>For the operator only; null for the server's defaults, left out to keep what is set.</summary>
    public QuotaJson? Limits { get; init; }

    public StorageError? Check() => BodyRules.Name("name", Name) ?? Limits?.Check("limits");
}
