using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Encryption;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Objects of a project. Values are shown to the roles that may change them; viewers see names and sizes.</summary>
internal static class ObjectsAdminApi
{
    public static void MapObjects(this RouteGroupBuilder admin)
    {
        var objects = admin.MapGroup("/projects/{projectId}/objects").WithTags("Objects");
        objects.MapGet("", List)
            .TakesQuery("class", "Only of this class.").TakesQuery("prefix", "Only ids that begin with it; with a class.")
            .TakesQuery("cursor", "As answered last.").TakesQuery("limit", "How many, 1 to 1000; 100 when left out.")
            .WithSummary("Lists the objects of which something is stored, in the order of class and id");
        objects.MapGet("/{class}/{id}", Get)
            .TakesQuery("cursor", "As answered last.").TakesQuery("limit", "How many items, 1 to 1000; 100 when left out.")
            .WithSummary("Shows an object: items, presence, size, revision");
        objects.MapDelete("/{class}/{id}", Delete).Needs(AdminRole.Admin).WithSummary("Deletes everything of an object");
    }

    private static async Task<Results<Ok<ObjectPageJson>, Refusal>> List(AdminProject project, AdminQuery<ObjectsQuery> query, IGrainFactory grains)
    {
        var asked = query.Value;
        StorageObjectId? after = asked.After is { } place ? StorageObjectId.Parse($"{project.Id}/{place}") : null;
        var found = await grains.GetGrain<IProjectObjectsGrain>(project.Id).List(asked.Class, asked.Prefix, after, asked.Limit);
        return TypedResults.Ok(new ObjectPageJson(
            [.. found.Select(id => new ObjectIdJson(id.Class, id.Id))],
            found.Length == asked.Limit ? ObjectsQuery.CursorOf($"{found[^1].Class}/{found[^1].Id}") : null));
    }

    private static async Task<Results<Ok<ObjectJson>, Refusal>> Get(
        HttpContext context, AdminProject project, AdminQuery<ItemsQuery> query, ObjectGrains objects)
    {
        if (IdOf(context, project) is not { } id)
            return Refusal.Unknown;
        var asked = query.Value;
        var description = await objects[id.ToString()].Describe(asked.After, asked.Limit);
        if (IsNothing(description))
            return Refusal.Unknown;
        return TypedResults.Ok(ObjectJson.Of(id, description, asked, showsValues: AdminCaller.Of(context).Role >= AdminRole.Admin));
    }

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminProject project, ObjectGrains objects, AuditTrail audit)
    {
        if (IdOf(context, project) is not { } id)
            return Refusal.Unknown;
        if (await IsNothing(objects[id.ToString()]))
        {
            // Whoever repeats a deletion that failed is answered when it is complete.
            await objects[id.ToString()].Destroy();
            return Refusal.Unknown;
        }
        // Written down before it happens: what is gone cannot be written down with it.
        await project.Grain.Note(audit.Entry(
            context, "object.delete", $"projects/{project.Id}/objects/{Uri.EscapeDataString(id.Class)}/{Uri.EscapeDataString(id.Id)}"));
        await objects[id.ToString()].Destroy();
        return TypedResults.NoContent();
    }

    private static StorageObjectId? IdOf(HttpContext context, AdminProject project)
    {
        var (@class, id) = (RawPath.Segment(context, "class"), RawPath.Segment(context, "id"));
        return StorageObjectId.IsValidClass(@class) && StorageObjectId.IsValidId(id) ? new(project.Id, @class, id) : null;
    }

    /// <summary>An object that cannot be read any more is something too, and can be deleted.</summary>
    private static async Task<bool> IsNothing(IStorageObjectGrain grain)
    {
        try
        {
            return IsNothing(await grain.Describe(null, 0));
        }
        catch (Exception e) when (e is ObjectStoreException or KeysUnavailableException)
        {
            return false;
        }
    }

    private static bool IsNothing(ObjectDescription description) => description is { Revision: 0, Connections: 0 };
}

/// <summary>Which objects to list.</summary>
internal sealed record ObjectsQuery(string? Class, string? Prefix, string? After, int Limit) : IAdminQuery<ObjectsQuery>
{
    public static string[] Names { get; } = ["class", "prefix", "cursor", "limit"];

    public static StorageResult<ObjectsQuery> Read(IQueryCollection query)
    {
        var limit = LimitOf(query);
        if (!limit.Succeeded)
            return limit.Error;
        var (name, prefix) = (query["class"].FirstOrDefault(), query["prefix"].FirstOrDefault());
        if (name is not null && !StorageObjectId.IsValidClass(name))
            return AdminErrors.Query("class", "must be the name of a class.");
        if (prefix is { Length: 0 })
            prefix = null;
        if (prefix is not null && (name is null || !StorageObjectId.IsValidId(prefix)))
            return AdminErrors.Query("prefix", "must be the beginning of an id, and goes with 'class'.");
        string? after = null;
        if (query["cursor"].FirstOrDefault() is { } cursor && ((after = PlaceOf(cursor)) is null || !after.Contains('/')))
            return AdminErrors.Query("cursor", "must be one that was answered here.");
        return new ObjectsQuery(name, prefix, after, limit.Value);
    }

    public static string CursorOf(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place));

    /// <summary>What a cursor was made of, or null.</summary>
    public static string? PlaceOf(string cursor)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    public static StorageResult<int> LimitOf(IQueryCollection query)
    {
        if (query["limit"].FirstOrDefault() is not { } text)
            return 100;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 1000
            ? limit
            : AdminErrors.Query("limit", "must be from 1 to 1000.");
    }
}

/// <summary>Which items of an object to show.</summary>
internal sealed record ItemsQuery(string? After, int Limit) : IAdminQuery<ItemsQuery>
{
    public static string[] Names { get; } = ["cursor", "limit"];

    public static StorageResult<ItemsQuery> Read(IQueryCollection query)
    {
        var limit = ObjectsQuery.LimitOf(query);
        if (!limit.Succeeded)
            return limit.Error;
        string? after = null;
        if (query["cursor"].FirstOrDefault() is { } cursor && (after = ObjectsQuery.PlaceOf(cursor)) is null)
            return AdminErrors.Query("cursor", "must be one that was answered here.");
        return new ItemsQuery(after, limit.Value);
    }
}
