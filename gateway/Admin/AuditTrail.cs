using System.Text.Json;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Makes the entries that endpoints hand on with what they change: who, when, from where.</summary>
internal sealed class AuditTrail(TimeProvider time)
{
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>An entry about the present request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="action">Such as <c>apiKey.create</c>.</param>
    /// <param name="target">The path of what is changed, below <c>/admin</c>.</param>
    /// <param name="details">What it becomes, without secrets; null for nothing more to say.</param>
    public AuditEntry Entry(HttpContext context, string action, string target, object? details = null)
    {
        var caller = AdminCaller.Of(context);
        return new(
            AuditEntry.NewId(),
            Now,
            new(caller.TokenId, caller.Role, caller.AccountId),
            context.Connection.RemoteIpAddress?.ToString(),
            action,
            target,
            details is null ? null : JsonSerializer.Serialize(details, AdminJson.Options));
    }
}
