using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary><c>GET /ws/{class}/{id}</c>: accepts a socket, checks who it is, and serves it.</summary>
/// <remarks>
/// A proper handshake is accepted whatever its credentials are worth, and refused afterwards: the SDK doubles its attempts on
/// every upgrade that is refused.
/// </remarks>
internal sealed class SocketEndpoint(
    AccessGate access,
    ObjectFeeds feeds,
    IOptions<SocketOptions> options,
    IOptions<ObjectLimits> limits,
    IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    /// <summary>Serves the socket until it is gone; the refusal when no socket came about.</summary>
    public async ValueTask<StorageError?> Handle(HttpContext context, RequestTarget target)
    {
        if (!StorageObjectId.IsValidClass(target.Class!) || !StorageObjectId.IsValidId(target.Id!))
            return ObjectsApi.InvalidAddress();
        if (await WebSocketHandshake.Accept(context) is not { } stream)
            return new(StorageErrorCode.InvalidRequest, "This path takes WebSocket handshakes of version 13 only.");
        GatewayMetrics.SocketOpened();
        try
        {
            await Serve(context, stream, target);
        }
        finally
        {
            GatewayMetrics.SocketClosed();
        }
        return null;
    }

    private async Task Serve(HttpContext context, Stream stream, RequestTarget target)
    {
        StorageResult<Caller> caller;
        var reason = CloseReason.Refused;
        try
        {
            var credentials = target.QueryValue("auth", plusIsSpace: true) ?? context.Request.Headers.Authorization;
            caller = await access.Check(target.ProjectId, credentials);
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is { } failure)
        {
            (caller, reason) = (failure, CloseReason.Unavailable);
        }
        if (!caller.Succeeded)
        {
            await Refuse(context, stream, caller.Error, reason);
            return;
        }
        var key = new StorageObjectId(target.ProjectId, target.Class!, target.Id!).ToString();
        var socket = feeds.Add(key, feed =>
            new(stream, context.Abort, feed, caller.Value.ApiKey, options.Value, limits.Value, time));
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            socket.Close(CloseReason.Restarting);
        await socket.Run();
    }

    private async Task Refuse(HttpContext context, Stream stream, StorageError error, CloseReason reason)
    {
        var writer = new SocketWriter(stream, options.Value.QueueBytes, context.Abort);
        writer.Send(Frames.Error(error.Message));
        await ObjectSocket.Hold(options.Value, time);
        writer.Send(Frames.Close(reason), isLast: true);
    }
}
