using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Encryption;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The master key; for owners of the root account. What is done is written down before it is done.</summary>
internal static class MasterKeyApi
{
    public static void MapMasterKey(this RouteGroupBuilder admin)
    {
        var key = admin.MapGroup("/master-key").Needs(AdminRole.Owner).WithTags("Encryption");
        key.AddEndpointFilter(async (context, next) =>
            AdminCaller.Of(context.HttpContext).IsOperator ? await next(context) : Refusal.Unknown);
        key.MapGet("", Get).WithSummary("Shows the master keys and what they wrap");
        key.MapPost("/rotate", Rotate).WithSummary("Has a new master key, or the newest version in the vault, wrap everything anew, in the background");
        key.MapPost("/rollback", MakeCurrent).WithSummary("Has an earlier master key wrap everything anew, in the background");
        key.MapPost("/drop", Drop).WithSummary("Drops a master key that wraps nothing any more");
    }

    private static async Task<Results<Ok<MasterKeyJson>, Refusal>> Get(IGrainFactory grains) =>
        TypedResults.Ok(MasterKeyJson.Of(await grains.GetGrain<IMasterKeyGrain>(0).Get()));

    private static Task<Results<Ok<MasterKeyJson>, Refusal>> Rotate(HttpContext context, IGrainFactory grains, AuditTrail audit) =>
        Change(context, grains, audit, "rotate", null, key => key.Rotate());

    private static Task<Results<Ok<MasterKeyJson>, Refusal>> MakeCurrent(HttpContext context, AdminBody<MasterKeyBody> body, IGrainFactory grains, AuditTrail audit) =>
        Change(context, grains, audit, "rollback", body.Value, key => key.MakeCurrent(body.Value.Id));

    private static Task<Results<Ok<MasterKeyJson>, Refusal>> Drop(HttpContext context, AdminBody<MasterKeyBody> body, IGrainFactory grains, AuditTrail audit) =>
        Change(context, grains, audit, "drop", body.Value, key => key.Drop(body.Value.Id));

    private static async Task<Results<Ok<MasterKeyJson>, Refusal>> Change(
        HttpContext context, IGrainFactory grains, AuditTrail audit, string action, MasterKeyBody? body, Func<IMasterKeyGrain, Task<StorageResult<MasterKeyReport>>> change)
    {
        await grains.GetGrain<IAccountGrain>(Account.Root).Note(audit.Entry(context, "masterKey." + action, "master-key", body));
        var report = await change(grains.GetGrain<IMasterKeyGrain>(0));
        return report.Succeeded ? TypedResults.Ok(MasterKeyJson.Of(report.Value)) : new Refusal(report.Error);
    }
}
