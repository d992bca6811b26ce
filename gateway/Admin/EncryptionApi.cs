using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Encryption;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// Keys of projects and of objects: what uses which, rotation, and walks that encrypt anew. What is done is written down before it
/// is done, so nothing happens that the log does not have.
/// </summary>
internal static class EncryptionApi
{
    public static void MapEncryption(this RouteGroupBuilder admin)
    {
        var project = admin.MapGroup("/projects/{projectId}/encryption").WithTags("Encryption");
        project.MapGet("", Get).WithSummary("Shows the project's keys and the walks over its objects");
        project.MapPost("/rotate", Rotate).Needs(AdminRole.Admin).WithSummary("Makes a new key of the project current; the earlier ones stay until they are dropped");
        project.MapPost("/rollback", MakeCurrent).Needs(AdminRole.Admin).WithSummary("Makes an earlier key of the project current again");
        project.MapPost("/rewrap", Rewrap).Needs(AdminRole.Admin).WithSummary("Has the keys of all objects wrapped by the project's current key, in the background");
        project.MapDelete("/keys/{version:int}", Drop).Needs(AdminRole.Admin).WithSummary("Drops a key of the project that no object uses");

        var @class = admin.MapGroup("/projects/{projectId}/classes/{class}/encryption").WithTags("Encryption");
        @class.MapPost("/apply", Apply).Needs(AdminRole.Admin).WithSummary("Has all items of a class stored as its settings say, in the background");
        @class.MapGet("/apply", GetApplied).WithSummary("Shows how far that is");
    }

    private static async Task<Results<Ok<ProjectEncryptionJson>, Refusal>> Get(AdminProject project, IGrainFactory grains) =>
        TypedResults.Ok(ProjectEncryptionJson.Of(
            await grains.GetGrain<IProjectKeysGrain>(project.Id).Get(),
            await grains.GetGrain<IReencryptionGrain>(project.Id).Get()));

    private static Task<Results<Ok<ProjectEncryptionJson>, Refusal>> Rotate(HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "rotate", null, keys => keys.Rotate());

    private static Task<Results<Ok<ProjectEncryptionJson>, Refusal>> MakeCurrent(
        HttpContext context, AdminProject project, AdminBody<KeyVersionBody> body, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "rollback", body.Value, keys => keys.MakeCurrent(body.Value.Version));

    private static Task<Results<Ok<ProjectEncryptionJson>, Refusal>> Drop(
        HttpContext context, AdminProject project, int version, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "drop", new KeyVersionBody { Version = version }, keys => keys.Drop(version));

    private static async Task<Results<Accepted<WalkJson>, Refusal>> Rewrap(HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit)
    {
        await Note(context, project, audit, "encryption.rewrap", "encryption", null);
        var walk = await grains.GetGrain<IReencryptionGrain>(project.Id).Start(ReencryptionKind.Rewrap, null);
        return walk.Succeeded
            ? TypedResults.Accepted($"/admin/projects/{project.Id}/encryption", WalkJson.Of(walk.Value))
            : new Refusal(walk.Error);
    }

    private static async Task<Results<Accepted<WalkJson>, Refusal>> Apply(HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit)
    {
        var name = RawPath.Segment(context, "class");
        // Nothing is kept of a class that is only named.
        if (!StorageObjectId.IsValidClass(name) || !(project.Snapshot.Classes.ContainsKey(name) || await HasObjects(project, name, grains)))
            return Refusal.Unknown;
        await Note(context, project, audit, "encryption.apply", $"classes/{name}/encryption", null);
        var walk = await grains.GetGrain<IReencryptionGrain>(project.Id).Start(ReencryptionKind.Apply, name);
        return walk.Succeeded ? TypedResults.Accepted((string?)null, WalkJson.Of(walk.Value)) : new Refusal(walk.Error);
    }

    private static async Task<Results<Ok<WalkJson>, Refusal>> GetApplied(HttpContext context, AdminProject project, IGrainFactory grains)
    {
        var name = RawPath.Segment(context, "class");
        var walks = await grains.GetGrain<IReencryptionGrain>(project.Id).Get();
        return walks.FirstOrDefault(walk => walk.Kind == ReencryptionKind.Apply && walk.Class == name) is { } walk
            ? TypedResults.Ok(WalkJson.Of(walk))
            : Refusal.Unknown;
    }

    private static async Task<bool> HasObjects(AdminProject project, string @class, IGrainFactory grains) =>
        !(await grains.GetGrain<IProjectObjectsGrain>(project.Id).List(@class, null, null, 1)).IsEmpty;

    private static async Task<Results<Ok<ProjectEncryptionJson>, Refusal>> Change(
        HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit, string action, KeyVersionBody? body, Func<IProjectKeysGrain, Task<StorageResult<ProjectKeyRing>>> change)
    {
        await Note(context, project, audit, "encryption." + action, "encryption", body);
        var ring = await change(grains.GetGrain<IProjectKeysGrain>(project.Id));
        return ring.Succeeded
            ? TypedResults.Ok(ProjectEncryptionJson.Of(ring.Value, await grains.GetGrain<IReencryptionGrain>(project.Id).Get()))
            : new Refusal(ring.Error);
    }

    private static Task Note(HttpContext context, AdminProject project, AuditTrail audit, string action, string target, object? details) =>
        project.Grain.Note(audit.Entry(context, action, $"projects/{project.Id}/{target}", details));
}
