using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Encryption;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The keys of one object. What is done is written down before it is done.</summary>
internal static class ObjectKeysApi
{
    public static void MapObjectKeys(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("/projects/{projectId}/objects/{class}/{id}/encryption").WithTags("Encryption");
        keys.MapGet("", Get).WithSummary("Shows the object's keys and what is sealed with them");
        keys.MapPost("/rotate", Rotate).Needs(AdminRole.Admin).WithSummary("Makes a new key of the object current; what is written next is sealed with it");
        keys.MapPost("/rollback", MakeCurrent).Needs(AdminRole.Admin).WithSummary("Makes an earlier key of the object current again");
        keys.MapPost("/apply", Apply).Needs(AdminRole.Admin).WithSummary("Stores the object's items as its class's settings say, with the current key");
        keys.MapDelete("/keys/{version:int}", Drop).Needs(AdminRole.Admin).WithSummary("Drops a key of the object that no item is sealed with");
    }

    private static async Task<Results<Ok<ObjectKeysJson>, Refusal>> Get(HttpContext context, AdminProject project, IGrainFactory grains) =>
        ObjectOf(context, project) is { } id
            ? Answer(await grains.GetGrain<IStorageObjectGrain>(id.ToString()).ManageKeys(ObjectKeysOrder.Tell, 0))
            : Refusal.Unknown;

    private static Task<Results<Ok<ObjectKeysJson>, Refusal>> Rotate(HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "rotate", ObjectKeysOrder.Rotate, null);

    private static Task<Results<Ok<ObjectKeysJson>, Refusal>> MakeCurrent(
        HttpContext context, AdminProject project, AdminBody<KeyVersionBody> body, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "rollback", ObjectKeysOrder.MakeCurrent, body.Value);

    private static Task<Results<Ok<ObjectKeysJson>, Refusal>> Apply(HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "apply", ObjectKeysOrder.Apply, null);

    private static Task<Results<Ok<ObjectKeysJson>, Refusal>> Drop(HttpContext context, AdminProject project, int version, IGrainFactory grains, AuditTrail audit) =>
        Change(context, project, grains, audit, "drop", ObjectKeysOrder.Drop, new() { Version = version });

    private static async Task<Results<Ok<ObjectKeysJson>, Refusal>> Change(
        HttpContext context, AdminProject project, IGrainFactory grains, AuditTrail audit, string action, ObjectKeysOrder order, KeyVersionBody? body)
    {
        if (ObjectOf(context, project) is not { } id)
            return Refusal.Unknown;
        var entry = audit.Entry(context, "object.encryption." + action, $"projects/{project.Id}/objects/{id.Class}/{id.Id}/encryption", body);
        await project.Grain.Note(entry);
        return Answer(await grains.GetGrain<IStorageObjectGrain>(id.ToString()).ManageKeys(order, body?.Version ?? 0));
    }

    private static Results<Ok<ObjectKeysJson>, Refusal> Answer(StorageResult<ObjectKeys> keys) =>
        keys.Succeeded ? TypedResults.Ok(ObjectKeysJson.Of(keys.Value)) : new Refusal(keys.Error);

    private static StorageObjectId? ObjectOf(HttpContext context, AdminProject project)
    {
        var (@class, id) = (RawPath.Segment(context, "class"), RawPath.Segment(context, "id"));
        return StorageObjectId.IsValidClass(@class) && StorageObjectId.IsValidId(id) ? new(project.Id, @class, id) : null;
    }
}
