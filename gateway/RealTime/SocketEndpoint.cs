using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Gateway.Http;
using Vaultrice.Gateway.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary><c>GET /ws/{class}/{id}</c>, over HTTP/2 by extended CONNECT: accepts a socket and checks who it is.</summary>
/// <remarks>
/// A proper handshake is accepted whatever its credentials are worth, and refused afterwards: the SDK doubles its attempts on
/// every upgrade that is refused.
/// </remarks>
internal sealed class SocketEndpoint(
    AccessGate access,
    IdentityVerifier identities,
    AddressLimits addresses,
    ProjectLimits projectLimits,
    ObjectFeeds feeds,
    IOptions<SocketOptions> options,
    IOptions<ObjectLimits> limits,
    IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    /// <summary>The socket to run; or the refusal of a request that is no handshake; or neither, when the socket was turned away.</summary>
    public async ValueTask<(StorageError? Refusal, ObjectSocket? Socket)> Open(HttpContext context, RequestTarget target)
    {
        if (!StorageObjectId.IsValidClass(target.Class!) || !StorageObjectId.IsValidId(target.Id!))
            return (ObjectsApi.InvalidAddress(), null);
        if (await WebSocketHandshake.Accept(context) is not { } stream)
            return (new(StorageErrorCode.InvalidRequest, "This path takes WebSocket handshakes of version 13 only."), null);
        var (tooMany, seat) = addresses.Sit(context.Connection.RemoteIpAddress);
        if (tooMany is not null)
        {
            // Not held: an address that holds that many sockets would hold any number of refused ones.
            UpgradedRequest.Forget(context);
            await TurnAwayAtOnce(context, stream, tooMany);
            return (null, null);
        }
        if (seat is not null)
            context.Response.RegisterForDispose(seat);
        StorageResult<Caller> caller;
        CloseReason? reason = null;
        var request = RequestOf(context, target);
        try
        {
            caller = addresses.TakeRequest(request.Address) is { } tooBusy ? tooBusy : await access.Check(request);
            if (caller.Succeeded && Sit(context, request, caller.Value) is { } full)
                caller = full;
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is { } failure)
        {
            (caller, reason) = (failure, CloseReason.Unavailable);
        }
        UpgradedRequest.Forget(context);
        if (!caller.Succeeded)
        {
            await TurnAway(context, stream, caller.Error, reason ?? CloseReason.OfRefusal(caller.Error.Code));
            return (null, null);
        }
        var granted = new SocketAccess(access, identities, request, caller.Value, time);
        var key = new StorageObjectId(target.ProjectId, target.Class!, target.Id!).ToString();
        var socket = feeds.Add(key, feed =>
            new(stream, context.Abort, feed, granted, options.Value, limits.Value, time));
        // A change told between the check and now found no socket to judge again.
        try
        {
            await socket.Review();
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is { } failure)
        {
            await socket.TurnAway(failure, CloseReason.Unavailable);
        }
        catch
        {
            socket.Abandon();
            throw;
        }
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            socket.Close(CloseReason.Restarting);
        return (null, socket);
    }

    private static AccessRequest RequestOf(HttpContext context, in RequestTarget target) => new(target.ProjectId, AccessOperation.Connect)
    {
        Credentials = target.QueryValue("auth", plusIsSpace: true) ?? context.Request.Headers.Authorization,
        Origin = context.Request.Headers.Origin,
        Class = target.Class,
        Id = target.Id,
        IdSignature = target.QueryValue("idSignature", plusIsSpace: true),
        IdSignatureKeyVersion = target.QueryValue("idSignatureKeyVersion", plusIsSpace: true),
        Address = context.Connection.RemoteIpAddress,
    };

    /// <summary>Takes the socket's seats, to be left when its request is over.</summary>
    private StorageError? Sit(HttpContext context, in AccessRequest request, Caller caller)
    {
        var (refusal, seats) = projectLimits.Sit(caller.Project, caller.ApiKey, request.Class!, request.Id!);
        if (seats is not null)
            context.Response.RegisterForDispose(seats);
        return refusal;
    }

    private ValueTask TurnAwayAtOnce(HttpContext context, Stream stream, StorageError error)
    {
        var writer = new SocketWriter(stream, options.Value.QueueBytes, context.Abort);
        writer.Send(Frames.Error(error.Message));
        return Close(context, writer, CloseReason.OfRefusal(error.Code));
    }

    private async Task TurnAway(HttpContext context, Stream stream, StorageError error, CloseReason reason)
    {
        var writer = new SocketWriter(stream, options.Value.QueueBytes, context.Abort);
        writer.Send(Frames.Error(error.Message));
        await ObjectSocket.Hold(options.Value, time);
        await Close(context, writer, reason);
    }

    private ValueTask Close(HttpContext context, SocketWriter writer, CloseReason reason)
    {
        writer.Send(Frames.Close(reason), isLast: true);
        return writer.Drain(context.Abort, time);
    }
}
