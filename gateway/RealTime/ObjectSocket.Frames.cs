using System.Text.Unicode;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Http;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

// What the client says, and whether it is present.
internal sealed partial class ObjectSocket
{
    private JoinedConnection? Joined { get; set; }

    private async ValueTask Handle(ReceivedFrame frame)
    {
        switch (frame.Opcode)
        {
            case Opcode.Ping:
                _writer.Send(Frames.ProtocolPong(frame.Payload.Span));
                break;
            case Opcode.Pong:
                if (_delivery.Confirm(frame.Payload.Span))
                    TellAnswered();
                break;
            case Opcode.Text when !Utf8.IsValid(frame.Payload.Span):
                Close(CloseReason.NotUtf8);
                break;
            case Opcode.Text:
                await Handle(ClientFrame.Read(frame.Payload.Span, _limits));
                break;
            default:
                await Greet(null);
                _writer.Send(Frames.Error("Frames must be text."));
                break;
        }
    }

    private async ValueTask Handle(StorageResult<ClientFrame> parsed)
    {
        var isFirst = !_hasSpoken;
        _hasSpoken = true;
        if (isFirst && parsed.Succeeded && parsed.Value is { Event: ClientFrame.Resume, ConnectionId: { } resume })
        {
            // A slow way to us makes the first frame come after the greeting: then the connection changes its id.
            if (_greeting is not null)
                await Regreet(resume);
            else
                await Greet(resume);
            return;
        }
        await Greet(null);
        if (ConnectionId is null || Volatile.Read(ref _closingSince) != 0)
            return;
        var error = parsed.Error;
        try
        {
            error ??= await Carry(parsed.Value!);
        }
        catch (Exception e) when (ErrorResponses.Explain(e) is { } failure)
        {
            error = failure;
        }
        if (error is not null)
            _writer.Send(Frames.Error(error.Message));
    }

    private async ValueTask<StorageError?> Carry(ClientFrame frame)
    {
        using var activity = Diagnostics.ActivitySource.StartActivity("vaultrice.socket.frame");
        switch (frame.Event)
        {
            case ClientFrame.Ping:
                _writer.Send(Frames.Pong);
                return null;
            case ClientFrame.Message or ClientFrame.Join or ClientFrame.Leave when _access.Check(OperationOf(frame)) is { } refusal:
                return refusal;
            case ClientFrame.Message or ClientFrame.Join when frame.Payload is null:
                return new(StorageErrorCode.InvalidValue, "The frame has no payload.");
            case ClientFrame.Message:
                return await Send(frame);
            case ClientFrame.Join:
                return await Join(frame);
            case ClientFrame.Leave:
                Joined = null;
                await _feed.Grain.Leave(ConnectionId!);
                return null;
            case ClientFrame.Resume:
                return new(StorageErrorCode.InvalidRequest, "resume must be the first frame.");
            default:
                return new(StorageErrorCode.InvalidRequest, "This event is not known.");
        }
    }

    private static AccessOperation OperationOf(ClientFrame frame) =>
        frame.Event == ClientFrame.Message ? AccessOperation.Send : AccessOperation.Join;

    private async ValueTask<StorageError?> Send(ClientFrame frame)
    {
        // Each message proves anew who sends it.
        var verdict = await _access.Verify(frame, standing: null);
        return verdict.Error ?? await _feed.Grain.Send(new(frame.Payload!.Value, frame.KeyVersion, ConnectionId));
    }

    private async ValueTask<StorageError?> Join(ClientFrame frame)
    {
        // The SDK joins again after a reconnect, without the proof: that of the connection stands.
        var verdict = await _access.Verify(frame, standing: _identity);
        if (verdict.Error is not null)
            return verdict.Error;
        var identity = verdict.Identity ?? _identity;
        var data = frame.Payload!.Value;
        StorageResult<JoinedConnection> result;
        try
        {
            result = await _feed.Grain.Join(ConnectionId!, data, frame.KeyVersion, identity);
            if (result is { Succeeded: false, Error.Code: StorageErrorCode.UnknownConnection })
            {
                // The object was activated anew and has not heard of us yet.
                await _feed.Renew();
                result = await _feed.Grain.Join(ConnectionId!, data, frame.KeyVersion, identity);
            }
        }
        catch (Exception e) when (Joined is null && ErrorResponses.Explain(e) is not null)
        {
            // It may have taken effect: who is told that it failed must not be present.
            await _feed.TryLeave(ConnectionId!);
            throw;
        }
        if (result.Succeeded)
            (Joined, _identity) = (result.Value, identity);
        EndForbiddenPresence();
        return result.Error;
    }

    /// <summary>Who may no longer be present is not: not after a join under way meanwhile, and not by a resume.</summary>
    private void EndForbiddenPresence()
    {
        if (Joined is { } joined && ConnectionId is { } id && !_access.Permissions.HasFlag(Permissions.Presence))
        {
            Joined = null;
            _ = Leave(id, joined);
        }
    }

    private async Task Leave(string id, JoinedConnection joined)
    {
        // What the object could not be told, the next sweep tells it.
        if (!await _feed.TryLeave(id))
            Joined ??= joined;
    }
}
