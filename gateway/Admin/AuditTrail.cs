using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Makes the entries that endpoints hand on with what they change: who, when, from where.</summary>
internal sealed class AuditTrail(TimeProvider time)
{
    /// <summary>What the details of an entry may have in bytes: a log keeps its latest records in one state.</summary>
    private const int MaxDetails = 8 * 1024;

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>An entry about the present request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="action">Such as <c>apiKey.create</c>.</param>
    /// <param name="target">The path of what is changed, below <c>/admin</c>.</param>
    /// <param name="details">
    /// What it becomes, without secrets; null for nothing more to say. Of too much only the size and the hash are written down.
    /// </param>
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
            details is null ? null : Bounded(JsonSerializer.SerializeToUtf8Bytes(details, AdminJson.Options)));
    }

    private static string Bounded(byte[] details) => details.Length <= MaxDetails
        ? Encoding.UTF8.GetString(details)
        : JsonSerializer.Serialize(new OmittedDetailsJson(details.Length, Convert.ToHexStringLower(SHA256.HashData(details))), AdminJson.Options);
}

/// <summary>Stands for details that were too long to be written down.</summary>
/// <param name="OmittedBytes">How long they are as JSON.</param>
/// <param name="Sha256">SHA-256 over that JSON, in lower-case hex.</param>
internal sealed record OmittedDetailsJson(int OmittedBytes, string Sha256);
