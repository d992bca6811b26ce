using Vaultrice.Gateway.Http;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// Stands before everything of the administration: judges the admin token with the account's grain, so that a revoked one
/// ends at once, then the role. Only then is a body read or a project looked up.
/// </summary>
internal sealed partial class AdminAccess(IGrainFactory grains, AddressLimits addresses, AccountLimits accounts, ILogger<AdminAccess> logger) : IMiddleware
{
    private const string BearerScheme = "Bearer ";
    private const int MaxTokenLength = 512;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            if (await Judge(context) is { } refusal)
                ErrorResponses.Write(context, refusal);
            else
                await next(context);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            var refusal = ErrorResponses.Explain(e);
            if (refusal is null or { Code: StorageErrorCode.StoreUnavailable or StorageErrorCode.KeysUnavailable })
                LogFailed(e, context.Request.Method, (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
            ErrorResponses.Write(context, refusal ?? new(StorageErrorCode.Unexpected, "The server failed on this request; the failure is in its log."));
        }
    }

    private async Task<StorageError?> Judge(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if ((addresses.TakeRequest(address) ?? addresses.RefuseAttempt(address)) is { } tooMuch)
            return tooMuch;
        var credentials = context.Request.Headers.Authorization.ToString();
        if (!credentials.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase) || credentials.Length > BearerScheme.Length + MaxTokenLength)
            return AdminErrors.TokenInvalid;
        var text = credentials[BearerScheme.Length..].Trim();
        var (accountId, tokenId) = AdminToken.Address(text);
        if (await grains.GetGrain<IAccountGrain>(accountId).Authenticate(tokenId, AdminToken.HashOf(text)) is not { } role)
        {
            addresses.CountFailure(address);
            return AdminErrors.TokenInvalid;
        }
        if (accounts.TakeRequest(accountId) is { } tooBusy)
            return tooBusy;
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeededRole>()?.Role ?? AdminRole.Viewer;
        if (role < needed)
            return AdminErrors.RoleDenied(needed);
        context.Features.Set(new AdminCaller(accountId, tokenId, role));
        return null;
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} on {Route} failed.")]
    private partial void LogFailed(Exception failure, string method, string? route);
}

/// <summary>The role an endpoint of the administration takes; viewers may use those that have none.</summary>
internal sealed record NeededRole(AdminRole Role);
