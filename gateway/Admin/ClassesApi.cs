using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Settings of a project's classes. Secrets go in and never come out.</summary>
internal static class ClassesApi
{
    public static void MapClasses(this RouteGroupBuilder admin)
    {
        var classes = admin.MapGroup("/projects/{projectId}/classes").WithTags("Classes");
        classes.MapGet("", List).WithSummary("Lists the classes that have settings");
        classes.MapGet("/{class}", Get).WithSummary("Shows the settings of a class and which key versions are in use");
        classes.MapPut("/{class}", Put).Needs(AdminRole.Admin).WithSummary("Sets all settings of a class; a secret that is left out stays as it is");
        classes.MapDelete("/{class}", Delete).Needs(AdminRole.Admin).WithSummary("Takes a class's settings away");
    }

    private static async Task<Results<Ok<ClassJson[]>, Refusal>> List(AdminProject project)
    {
        var uses = await project.Grain.GetUse();
        return TypedResults.Ok(project.Snapshot.Classes
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => ClassJson.Of(entry.Key, entry.Value, uses)).ToArray());
    }

    private static async Task<Results<Ok<ClassJson>, Refusal>> Get(HttpContext context, AdminProject project)
    {
        var name = RawPath.Segment(context, "class");
        return project.Snapshot.Classes.TryGetValue(name, out var settings)
            ? TypedResults.Ok(ClassJson.Of(name, settings, await project.Grain.GetUse()))
            : Refusal.Unknown;
    }

    private static async Task<Results<Ok<ClassJson>, Refusal>> Put(
        HttpContext context, AdminProject project, AdminBody<ClassJson> body, AuditTrail audit)
    {
        var name = RawPath.Segment(context, "class");
        if (!StorageObjectId.IsValidClass(name))
            return new Refusal(new(StorageErrorCode.InvalidName, "A class has a name of 1 to 256 bytes, no slash, no control character, not '.' or '..'."));
        if (body.Value.Class is { } named && named != name)
            return new Refusal(AdminErrors.Member("class", "must be the class that the path names, or left out."));
        var settings = body.Value.ToSettings();
        var uses = await project.Grain.GetUse();
        var entry = audit.Entry(context, "class.set", $"projects/{project.Id}/classes/{name}", ClassJson.Of(name, settings, uses));
        var changed = await project.Grain.Change(new ClassSet(name, settings), entry);
        return changed.Succeeded ? TypedResults.Ok(ClassJson.Of(name, changed.Value.Classes[name], uses)) : new Refusal(changed.Error);
    }

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminProject project, AuditTrail audit)
    {
        var name = RawPath.Segment(context, "class");
        var changed = await project.Grain.Change(new ClassRemoved(name), audit.Entry(context, "class.delete", $"projects/{project.Id}/classes/{name}"));
        return changed.Succeeded ? TypedResults.NoContent() : new Refusal(changed.Error);
    }
}
