using Microsoft.AspNetCore.Http.HttpResults;

namespace Vaultrice.Gateway.Admin;

/// <summary>What was done in the administration: of an account, and of each project, also one that is deleted.</summary>
internal static class AuditApi
{
    public static void MapAudit(this RouteGroupBuilder admin)
    {
        var account = admin.MapGroup("/audit").WithTags("Audit");
        account.MapGet("", ReadOfAccount).TakesAccount().WithSummary("Reads the account's audit log");
        account.MapGet("/verify", VerifyOfAccount).TakesAccount().WithSummary("Checks that nothing was altered in the account's audit log; one after the other");
        var project = admin.MapGroup("/projects/{projectId}/audit").WithTags("Audit");
        project.MapGet("", ReadOfProject).WithSummary("Reads the project's audit log");
        project.MapGet("/verify", VerifyOfProject).WithSummary("Checks that nothing was altered in the project's audit log; one after the other");
    }

    private static Task<Results<Ok<AuditPageJson>, Refusal>> ReadOfAccount(AdminAccount account, AdminQuery<AuditQuery> query, IGrainFactory grains) =>
        Read(AuditLog.OfAccount(grains, account.Id), query.Value);

    private static Task<Results<Ok<AuditVerdictJson>, Refusal>> VerifyOfAccount(
        HttpContext context, AdminAccount account, AdminQuery<AuditAnchorQuery> query, IGrainFactory grains, AuditWalks walks) =>
        Verify(context, AuditLog.OfAccount(grains, account.Id), query.Value, walks);

    private static Task<Results<Ok<AuditPageJson>, Refusal>> ReadOfProject(AdminProjectLog log, AdminQuery<AuditQuery> query) => Read(log.Log, query.Value);

    private static Task<Results<Ok<AuditVerdictJson>, Refusal>> VerifyOfProject(
        HttpContext context, AdminProjectLog log, AdminQuery<AuditAnchorQuery> query, AuditWalks walks) => Verify(context, log.Log, query.Value, walks);

    private static async Task<Results<Ok<AuditPageJson>, Refusal>> Read(AuditLog log, AuditQuery query)
    {
        var records = await log.Read(query.Cursor, query.From ?? 0);
        return TypedResults.Ok(new AuditPageJson(
            [.. records.Select(AuditRecordJson.Of)], records.IsEmpty ? null : (records[^1].Sequence + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<AuditVerdictJson>, Refusal>> Verify(HttpContext context, AuditLog log, AuditAnchorQuery query, AuditWalks walks)
    {
        var verdict = await walks.Make(AdminCaller.Of(context).AccountId, () => log.Verify(query.Sequence, query.Hash, context.RequestAborted));
        return verdict.Succeeded ? TypedResults.Ok(verdict.Value) : new Refusal(verdict.Error);
    }
}
