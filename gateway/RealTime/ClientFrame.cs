using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>What a client says over its socket: <c>{event, payload?, connectionId?, keyVersion?, auth?}</c>.</summary>
/// <param name="Event">The event's name, which may be one that nobody knows.</param>
/// <param name="Payload">Raw JSON, byte for byte; null when there is none.</param>
/// <param name="ConnectionId">The connection to resume, or null.</param>
/// <param name="KeyVersion">The version of the encryption settings used for the payload, or null.</param>
/// <param name="Auth">The proof of the sender's identity as raw JSON text, or null.</param>
internal sealed record ClientFrame(
    string Event, ReadOnlyMemory<byte>? Payload, string? ConnectionId, int? KeyVersion, string? Auth)
{
    public const string Ping = "ping";
    public const string Resume = "resume";
    public const string Message = "message";
    public const string Join = "presence:join";
    public const string Leave = "presence:leave";

    private static readonly string[] Events = [Ping, Resume, Message, Join, Leave];

    /// <summary>Reads a frame; the size of its payload is held to what its event allows.</summary>
    public static StorageResult<ClientFrame> Read(ReadOnlySpan<byte> json, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        string? name = null;
        ReadOnlyMemory<byte>? payload = null;
        ReadOnlyMemory<byte>? auth = null;
        string? connectionId = null;
        long? keyVersion = null;

        body.Read(JsonTokenType.StartObject, BodyErrors.NotAnObject);
        var members = new BodyMembers();
        while (members.Next(ref body) is var member and not BodyMember.None)
        {
            _ = member switch
            {
                BodyMember.Event => TakeEvent(ref body, out name),
                // Which of the limits it is depends on the event, which may come later.
                BodyMember.Payload => body.Take(int.MaxValue, BodyErrors.MessageTooLarge, out payload),
                BodyMember.ConnectionId => body.TakeText(BodyErrors.InvalidConnectionId, out connectionId),
                BodyMember.KeyVersion => body.TakeWhole(0, int.MaxValue, BodyErrors.InvalidKeyVersion, out keyVersion),
                BodyMember.Auth => body.Take(int.MaxValue, BodyErrors.MessageTooLarge, out auth),
                _ => body.Skip(),
            };
        }
        if (body.Finish() is { } error)
            return error;
        if (name is null)
            return BodyErrors.InvalidEvent;
        if (name == Join && payload?.Length > limits.PresenceBytes)
            return BodyErrors.PresenceTooLarge;
        if (name != Join && payload?.Length > limits.MessageBytes)
            return BodyErrors.MessageTooLarge;
        return new ClientFrame(name, payload, connectionId, (int?)keyVersion, ToText(auth));
    }

    private static bool TakeEvent(ref BodyReader body, out string? name)
    {
        foreach (var known in Events)
        {
            if (body.Token == JsonTokenType.String && body.TextIs(known))
            {
                name = known;
                return true;
            }
        }
        return body.TakeText(BodyErrors.InvalidEvent, out name);
    }

    private static string? ToText(ReadOnlyMemory<byte>? json) =>
        json is { } raw && !raw.Span.SequenceEqual("null"u8) ? Encoding.UTF8.GetString(raw.Span) : null;
}
