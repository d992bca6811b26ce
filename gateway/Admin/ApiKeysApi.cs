using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Api keys of a project. A secret is shown once, when it is made.</summary>
internal static class ApiKeysApi
{
    public static void MapApiKeys(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("/projects/{projectId}/api-keys").WithTags("Api keys");
        keys.MapGet("", List).WithSummary("Lists the api keys, oldest first");
        keys.MapPost("", Create).Needs(AdminRole.Admin).WithSummary("Makes an api key; its secret is shown this once");
        keys.MapGet("/{apiKey}", Get).WithSummary("Shows an api key and when its secrets were used last");
        keys.MapPatch("/{apiKey}", Patch).Needs(AdminRole.Admin).WithSummary("Changes the members that are sent");
        keys.MapDelete("/{apiKey}", Delete).Needs(AdminRole.Admin).WithSummary("Deletes an api key, which ends its tokens and sockets");
        keys.MapPost("/{apiKey}/rotate", Rotate).Needs(AdminRole.Admin).WithSummary("Makes one more secret, shown this once; the others stay good");
        keys.MapDelete("/{apiKey}/secrets/{secretId}", DeleteSecret).Needs(AdminRole.Admin).WithSummary("Ends a secret");
    }

    private static async Task<Results<Ok<ApiKeyJson[]>, Refusal>> List(AdminProject project)
    {
        var uses = await project.Grain.GetUse();
        return TypedResults.Ok(project.Snapshot.ApiKeys.Values
            .OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal)
            .Select(key => ApiKeyJson.Of(key, uses)).ToArray());
    }

    private static async Task<Results<Created<NewApiKeyJson>, Refusal>> Create(
        HttpContext context, AdminProject project, AdminBody<NewApiKeyBody> body, AuditTrail audit)
    {
        var read = body.Value.ToKey(audit.Now);
        if (!read.Succeeded)
            return new Refusal(read.Error);
        var secret = ApiSecret.NewText();
        var key = read.Value with { Secrets = [ApiSecret.Of(secret, audit.Now)] };
        var path = $"projects/{project.Id}/api-keys/{key.Id}";
        var added = await project.Grain.Change(new ApiKeyAdded(key), audit.Entry(context, "apiKey.create", path, body.Value));
        return added.Succeeded
            ? TypedResults.Created("/admin/" + path, NewApiKeyJson.Of(key, secret, key.Secrets[0].Id))
            : new Refusal(added.Error);
    }

    private static async Task<Results<Ok<ApiKeyJson>, Refusal>> Get(AdminProject project, string apiKey) =>
        project.Snapshot.ApiKeys.TryGetValue(apiKey, out var key)
            ? TypedResults.Ok(ApiKeyJson.Of(key, await project.Grain.GetUse()))
            : Refusal.Unknown;

    private static async Task<Results<Ok<ApiKeyJson>, Refusal>> Patch(
        HttpContext context, AdminProject project, string apiKey, AdminBody<ApiKeyPatch> body, AuditTrail audit)
    {
        if (!project.Snapshot.ApiKeys.TryGetValue(apiKey, out var key))
            return Refusal.Unknown;
        var edit = body.Value.ToEdit(key, body.Has, audit.Now);
        if (!edit.Succeeded)
            return new Refusal(edit.Error);
        var changed = await project.Grain.Change(
            edit.Value, audit.Entry(context, "apiKey.change", $"projects/{project.Id}/api-keys/{apiKey}", body.Value));
        return changed.Succeeded
            ? TypedResults.Ok(ApiKeyJson.Of(changed.Value.ApiKeys[apiKey], await project.Grain.GetUse()))
            : new Refusal(changed.Error);
    }

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminProject project, string apiKey, AuditTrail audit)
    {
        var removed = await project.Grain.Change(
            new ApiKeyRemoved(apiKey), audit.Entry(context, "apiKey.delete", $"projects/{project.Id}/api-keys/{apiKey}"));
        return removed.Succeeded ? TypedResults.NoContent() : new Refusal(removed.Error);
    }

    private static async Task<Results<Ok<NewApiKeyJson>, Refusal>> Rotate(HttpContext context, AdminProject project, string apiKey, AuditTrail audit)
    {
        var text = ApiSecret.NewText();
        var secret = ApiSecret.Of(text, audit.Now);
        var entry = audit.Entry(context, "apiKey.rotate", $"projects/{project.Id}/api-keys/{apiKey}/secrets/{secret.Id}");
        var changed = await project.Grain.Change(new SecretAdded(apiKey, secret), entry);
        return changed.Succeeded
            ? TypedResults.Ok(NewApiKeyJson.Of(changed.Value.ApiKeys[apiKey], text, secret.Id))
            : new Refusal(changed.Error);
    }

    private static async Task<Results<NoContent, Refusal>> DeleteSecret(
        HttpContext context, AdminProject project, string apiKey, string secretId, AuditTrail audit)
    {
        var entry = audit.Entry(context, "apiKey.secret.delete", $"projects/{project.Id}/api-keys/{apiKey}/secrets/{secretId}");
        var changed = await project.Grain.Change(new SecretRemoved(apiKey, secretId), entry);
        return changed.Succeeded ? TypedResults.NoContent() : new Refusal(changed.Error);
    }
}
