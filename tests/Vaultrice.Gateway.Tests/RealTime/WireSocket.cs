using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>A frame as it came from the server.</summary>
internal sealed record WireFrame(int Opcode, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    public ushort CloseCode => BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public string CloseText => Encoding.UTF8.GetString(Payload.AsSpan(2));
}

/// <summary>
/// A WebSocket client of bare frames: it reads only when asked to, answers pings only while it reads, and may break the rules.
/// </summary>
internal sealed class WireSocket : IAsyncDisposable
{
    public const int Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;
    private const int Final = 0x80;

    private readonly TcpClient _tcp = new();
    private NetworkStream? _stream;
    private byte[] _input = new byte[16 * 1024];
    private int _start;
    private int _end;

    private WireSocket()
    {
    }

    /// <summary>Whether pings are answered.</summary>
    public bool AnswersPings { get; init; } = true;

    /// <summary>What the greeting said: with it the connection can be resumed.</summary>
    public string ConnectionId { get; private set; } = "";

    /// <summary>What others call the connection.</summary>
    public string PublicId => ConnectionId[..ConnectionId.IndexOf('.')];

    /// <summary>Asked of the client once: it has none any more after a failed write, and what came before that is still to be read.</summary>
    private NetworkStream Stream => _stream ??= _tcp.GetStream();

    /// <summary>Connects and receives the greeting.</summary>
    public static async Task<WireSocket> Open(TestServer server, Calls @object, bool answersPings = true)
    {
        var socket = await Dial(server, @object, answersPings: answersPings);
        await socket.Send("""{"event":"ping"}""");
        await socket.ReceiveGreeting("connected");
        Assert.Equal("""{"event":"pong"}""", await socket.ReceiveText("The pong did not come"));
        return socket;
    }

    /// <summary>Connects without a word.</summary>
    /// <param name="server">The server.</param>
    /// <param name="object">The object.</param>
    /// <param name="auth">The credentials, as they go into the query; null for good ones, empty for none.</param>
    /// <param name="answersPings">Whether pings are answered.</param>
    /// <param name="receiveBuffer">The size of the socket's receive buffer in bytes, or null.</param>
    public static Task<WireSocket> Dial(TestServer server, Calls @object, string? auth = null, bool answersPings = true, int? receiveBuffer = null)
    {
        auth ??= Uri.EscapeDataString(TestServer.Basic);
        return Dial(server.Address, @object.SocketPath + (auth.Length == 0 ? "" : $"?auth={auth}"), answersPings, receiveBuffer);
    }

    public static async Task<WireSocket> Dial(Uri address, string target, bool answersPings = true, int? receiveBuffer = null, string headers = "")
    {
        var socket = new WireSocket { AnswersPings = answersPings };
        if (receiveBuffer is { } size)
            socket._tcp.ReceiveBufferSize = size;
        socket._tcp.NoDelay = true;
        await socket._tcp.ConnectAsync(address.Host, address.Port).Or("The server did not take the connection");
        await socket.Write(Encoding.ASCII.GetBytes(
            $"GET {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"));
        var head = await socket.ReadHead();
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head, StringComparison.OrdinalIgnoreCase);
        return socket;
    }

    public Task Send(string text) => SendFrame(Final | Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a frame.</summary>
    /// <param name="first">The first byte: flags and opcode.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="masked">Whether it is masked, as RFC 6455 demands of clients.</param>
    public Task SendFrame(int first, byte[] payload, bool masked = true) => Write(FrameOf(first, payload, masked));

    /// <summary>Sends bytes as they are.</summary>
    public Task Write(byte[] bytes) => Stream.WriteAsync(bytes).AsTask().Or("The server did not take the bytes");

    public static byte[] FrameOf(int first, byte[] payload, bool masked = true)
    {
        var frame = new List<byte> { (byte)first };
        var mask = masked ? 0x80 : 0;
        if (payload.Length < 126)
        {
            frame.Add((byte)(mask | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame.AddRange([(byte)(mask | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            frame.Add((byte)(mask | 127));
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            frame.AddRange(length);
        }
        if (!masked)
            return [.. frame, .. payload];
        byte[] key = [0x12, 0x34, 0x56, 0x78];
        return [.. frame, .. key, .. payload.Select((b, i) => (byte)(b ^ key[i & 3]))];
    }

    /// <summary>The next frame that is no ping; null when the connection ended without one.</summary>
    public async Task<WireFrame?> Receive(string complaint, TimeSpan? within = null)
    {
        while (true)
        {
            var frame = await ReadFrame(complaint, within);
            if (frame is not { Opcode: Ping })
                return frame;
            if (AnswersPings)
                await Answer(frame.Payload);
        }
    }

    public async Task<string> ReceiveText(string complaint)
    {
        var frame = await Receive(complaint);
        Assert.True(frame is { Opcode: Text }, $"{complaint}: {(frame is null ? "the connection ended" : $"frame {frame.Opcode} {frame.Text}")} instead.");
        return frame!.Text;
    }

    public async Task<JsonElement> ReceiveEvent(string name)
    {
        var text = await ReceiveText($"The event {name} did not come");
        using var document = JsonDocument.Parse(text);
        Assert.True(document.RootElement.GetProperty("event").GetString() == name, $"{name} was expected, this came: {text}");
        return document.RootElement.Clone();
    }

    /// <summary>Receives <c>connected</c> or <c>resume:ack</c>, and keeps the connection's id.</summary>
    public async Task<string> ReceiveGreeting(string name) =>
        ConnectionId = (await ReceiveEvent(name)).GetProperty("connectionId").GetString()!;

    /// <summary>Asserts that an error frame comes next.</summary>
    public async Task<string> ReceiveError()
    {
        var error = await ReceiveEvent("error");
        Assert.Equal(["event", "payload"], error.EnumerateObject().Select(member => member.Name));
        return error.GetProperty("payload").GetString()!;
    }

    /// <summary>Asserts that the server closes next, with this code; the reason.</summary>
    public async Task<string> ReceiveClose(int code, TimeSpan? within = null)
    {
        var frame = await Receive($"The close with {code} did not come", within);
        Assert.True(frame is { Opcode: Close }, $"A close with {code} was expected, this came: {frame?.Text ?? "the end"}");
        Assert.Equal(code, frame!.CloseCode);
        return frame.CloseText;
    }

    /// <summary>Asserts that the socket is alive and that nothing came but what was received already.</summary>
    public async Task ReceiveNothingMore()
    {
        await Send("""{"event":"ping"}""");
        Assert.Equal("""{"event":"pong"}""", await ReceiveText("The pong did not come"));
    }

    /// <summary>Waits for the server's ping and answers it, so that the server knows what arrived here up to now.</summary>
    public async Task Confirm()
    {
        var frame = await ReadFrame("The server did not ask whether what it sent has arrived", null);
        Assert.True(frame is { Opcode: Ping }, $"A ping was expected, this came: {frame?.Text ?? "the end"}");
        await SendFrame(Final | Pong, frame!.Payload);
        // Answered after the pong was read.
        await ReceiveNothingMore();
    }

    /// <summary>Asserts that the server ends the connection; frames that still come are read over.</summary>
    public async Task ReceiveEnd(TimeSpan? within = null)
    {
        while (await ReadFrame("The connection did not end", within) is not null)
        {
        }
    }

    /// <summary>Vanishes without a goodbye.</summary>
    public void Abort()
    {
        _tcp.Client.LingerState = new(true, 0);
        _tcp.Close();
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Answer(byte[] ping)
    {
        try
        {
            await SendFrame(Final | Pong, ping);
        }
        catch (IOException)
        {
            // The server is gone already; what it said before is still to be read.
        }
    }

    private async Task<WireFrame?> ReadFrame(string complaint, TimeSpan? within)
    {
        if (!await Fill(2, complaint, within))
            return null;
        var (opcode, shortLength) = (_input[_start] & 0x0F, _input[_start + 1]);
        Assert.True((_input[_start] & 0xF0) == Final && shortLength <= 127, "The server sends whole, unmasked frames.");
        var header = shortLength switch { 126 => 4, 127 => 10, _ => 2 };
        if (!await Fill(header, complaint, within))
            return null;
        var length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(_input.AsSpan(_start + 2)),
            10 => (int)BinaryPrimitives.ReadInt64BigEndian(_input.AsSpan(_start + 2)),
            _ => shortLength,
        };
        if (!await Fill(header + length, complaint, within))
            return null;
        var payload = _input.AsSpan(_start + header, length).ToArray();
        _start += header + length;
        return new(opcode, payload);
    }

    private async Task<bool> Fill(int count, string complaint, TimeSpan? within)
    {
        while (_end - _start < count)
        {
            if (_start + count > _input.Length)
            {
                var larger = count > _input.Length ? new byte[count * 2] : _input;
                _input.AsSpan(_start, _end - _start).CopyTo(larger);
                (_input, _end, _start) = (larger, _end - _start, 0);
            }
            try
            {
                var read = await Stream.ReadAsync(_input.AsMemory(_end)).AsTask().Or(complaint, within);
                if (read == 0)
                    return false;
                _end += read;
            }
            catch (IOException)
            {
                return false;
            }
        }
        return true;
    }

    private async Task<string> ReadHead()
    {
        var head = new StringBuilder();
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            if (!await Fill(1, "The handshake was not answered", null))
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The connection ended in the handshake: {head}"));
            head.Append((char)_input[_start++]);
        }
        return head.ToString();
    }
}
