using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>Builds whole WebSocket frames, header included; one array serves all sockets that receive the event.</summary>
internal static class Frames
{
    private const int MaxControlBytes = 125;

    public static readonly byte[] Pong = Text("""{"event":"pong"}"""u8);

    public static byte[] Connected(string connectionId) => Greeting("connected", connectionId);

    public static byte[] ResumeAck(string connectionId) => Greeting("resume:ack", connectionId);

    public static byte[] Error(string text) => Build(text, static (writer, text) =>
    {
        writer.WriteString("event", "error");
        writer.WriteString("payload", text);
    });

    /// <summary>An event of an object as its listeners receive it.</summary>
    public static byte[] Event(ObjectEvent happened) => happened switch
    {
        ItemSet set => Build(set, static (writer, set) =>
        {
            writer.WriteString("event", "setItem");
            writer.WriteStartObject("payload");
            writer.WriteString("prop", set.Name);
            ItemJson.WriteMembers(writer, set.Item);
            writer.WriteEndObject();
        }),
        ItemRemoved removed => Build(removed, static (writer, removed) =>
        {
            writer.WriteString("event", "removeItem");
            writer.WriteStartObject("payload");
            writer.WriteString("prop", removed.Name);
            writer.WriteEndObject();
        }),
        MessageSent message => Build(message, static (writer, message) =>
        {
            writer.WriteString("event", "message");
            writer.WritePropertyName("payload");
            writer.WriteRawValue(message.Payload.Span, skipInputValidation: true);
            ItemJson.WriteKeyVersion(writer, message.KeyVersion);
        }),
        PresenceJoined { Joined: var joined } => Presence("presence:join", joined, withTime: true),
        PresenceLeft { Left: var left } => Presence("presence:leave", left, withTime: false),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType(), "This event has no frame."),
    };

    /// <summary>A protocol ping whose payload comes back in the pong.</summary>
    public static byte[] Ping(long number) => Frame(Opcode.Ping, PingPayload(number));

    public static byte[] PingPayload(long number)
    {
        var payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(payload, number);
        return payload;
    }

    public static byte[] ProtocolPong(ReadOnlySpan<byte> payload) => Frame(Opcode.Pong, payload);

    public static byte[] Close(CloseReason reason)
    {
        var text = Encoding.UTF8.GetBytes(reason.Text);
        var payload = new byte[2 + Math.Min(text.Length, MaxControlBytes - 2)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, reason.Code);
        text.AsSpan(0, payload.Length - 2).CopyTo(payload.AsSpan(2));
        return Frame(Opcode.Close, payload);
    }

    private static byte[] Greeting(string name, string connectionId) => Build((name, connectionId), static (writer, greeting) =>
    {
        writer.WriteString("event", greeting.name);
        writer.WriteString("connectionId", greeting.connectionId);
    });

    private static byte[] Presence(string name, JoinedConnection connection, bool withTime) =>
        Build((name, connection, withTime), static (writer, presence) =>
        {
            writer.WriteString("event", presence.name);
            writer.WriteString("connectionId", presence.connection.ConnectionId);
            if (presence.withTime)
                writer.WriteNumber("joinedAt", presence.connection.JoinedAt);
            writer.WritePropertyName("payload");
            writer.WriteRawValue(presence.connection.Data.Span, skipInputValidation: true);
            ItemJson.WriteKeyVersion(writer, presence.connection.KeyVersion);
        });

    private static byte[] Build<TState>(TState state, Action<Utf8JsonWriter, TState> writeMembers)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            scratch.Writer.WriteStartObject();
            writeMembers(scratch.Writer, state);
            scratch.Writer.WriteEndObject();
            return Text(scratch.Written);
        }
        finally
        {
            scratch.Return();
        }
    }

    private static byte[] Text(ReadOnlySpan<byte> json) => Frame(Opcode.Text, json);

    private static byte[] Frame(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var header = payload.Length <= MaxControlBytes ? 2 : payload.Length <= ushort.MaxValue ? 4 : 10;
        var frame = new byte[header + payload.Length];
        frame[0] = (byte)(0x80 | (byte)opcode);
        switch (header)
        {
            case 2:
                frame[1] = (byte)payload.Length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
                break;
        }
        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }
}
