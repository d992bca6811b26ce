using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Quotas;
using Vaultrice.Gateway.RealTime;

namespace Vaultrice.Gateway.Http;

/// <summary>
/// Everything below <c>/project/{projectId}</c>: finds out what is called, checks who calls, and turns refusals and failures
/// into answers. A middleware of its own instead of endpoint routing, because names must be read from the raw target.
/// </summary>
internal sealed partial class ProjectRequests(
    AccessGate access,
    AddressLimits addresses,
    AccessTokens tokens,
    ObjectsApi objects,
    SocketEndpoint sockets,
    ILogger<ProjectRequests> logger)
{
    /// <summary>Answers the request, or serves the socket it asks for.</summary>
    public async Task Handle(HttpContext context, RequestTarget target)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            CrossOrigin.AnswerPreflight(context);
            return;
        }
        StorageError? refusal;
        ObjectSocket? socket = null;
        try
        {
            if (target is { Call: "ws", Id: not null, Rest: null })
                (refusal, socket) = WebSocketHandshake.TakesMethodOf(context) ? await sockets.Open(context, target) : (WrongMethod(), null);
            else
                refusal = addresses.TakeRequest(context.Connection.RemoteIpAddress) ?? await Dispatch(context, target);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            refusal = ErrorResponses.Explain(e);
            if (refusal is null or { Code: StorageErrorCode.StoreUnavailable or StorageErrorCode.KeysUnavailable })
                LogFailed(e, context.Request.Method, target.Call);
            refusal ??= new(StorageErrorCode.Unexpected, "The server failed on this request; the failure is in its log.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        if (refusal is not null)
        {
            CrossOrigin.AllowToRead(context, refusal);
            ErrorResponses.Write(context, refusal);
        }
        if (socket is null)
            return;
        // A socket lives long: the target, which carries its token, need not.
        target = default;
        await socket.Run();
    }

    private async ValueTask<StorageError?> Dispatch(HttpContext context, RequestTarget target)
    {
        var method = context.Request.Method;
        if (target is { Call: "auth", Class: "token", Id: null })
            return HttpMethods.IsGet(method) ? await MintToken(context, target) : WrongMethod();
        if (target.Id is null || ObjectsApi.Find(target, method) is not { } call)
            return new(StorageErrorCode.UnknownRoute, "There is nothing at this path.");
        if (call == ObjectCall.WrongMethod)
            return WrongMethod();
        var caller = await access.Check(RequestOf(context, target, call.Operation()));
        if (!caller.Succeeded)
            return caller.Error;
        CrossOrigin.Allow(context);
        return await objects.Answer(context, target, call, caller.Value);
    }

    private async ValueTask<StorageError?> MintToken(HttpContext context, RequestTarget target)
    {
        var request = RequestOf(context, target with { Class = null }, AccessOperation.MintToken);
        var caller = await access.Check(request);
        if (!caller.Succeeded)
            return caller.Error;
        var origin = TokenOrigin.Of(request.Origin);
        if (!origin.Succeeded)
            return origin.Error;
        CrossOrigin.Allow(context);
        var token = await tokens.Issue(caller.Value, origin.Value.Text);
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(token, context.RequestAborted);
        return null;
    }

    private static AccessRequest RequestOf(HttpContext context, in RequestTarget target, AccessOperation operation)
    {
        var headers = context.Request.Headers;
        return new(target.ProjectId, operation)
        {
            Credentials = headers.Authorization,
            Origin = headers.Origin,
            Class = target.Class,
            Id = target.Id,
            IdSignature = headers["X-Id-Sig"],
            IdSignatureKeyVersion = headers["X-Id-Sig-KV"],
            Address = context.Connection.RemoteIpAddress,
        };
    }

    private static StorageError WrongMethod() => new(StorageErrorCode.MethodNotAllowed, "This path does not take this method.");

    [LoggerMessage(1, LogLevel.Error, "{Method} on {Call} failed.")]
    private partial void LogFailed(Exception failure, string method, string call);
}
