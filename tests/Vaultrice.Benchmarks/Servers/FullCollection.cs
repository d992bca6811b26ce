using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>
/// Asks a .NET process on this machine for a full garbage collection, over its diagnostics socket: a trace session
/// with the runtime's heap-collect keyword collects once as it starts
/// (https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md).
/// </summary>
internal static class FullCollection
{
    private const int HeaderLength = 20;
    private const byte EventPipe = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing2 = 3;
    private const byte ServerSaysOk = 0;
    private const ulong HeapCollect = 0x800000;
    private const uint Informational = 4;
    private static readonly TimeSpan _enough = TimeSpan.FromMilliseconds(400);

    /// <summary>Returns when the collection has had time to end; does nothing where there is no such socket.</summary>
    public static async Task RequestAsync(int processId, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{processId}-*-socket").FirstOrDefault();
        if (path is null) return;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await using var trace = await CallAsync(path, CollectTracing2, SessionRequest(), limit.Token);
        var session = new byte[8];
        await trace.ReadExactlyAsync(session, limit.Token);

        var rest = trace.CopyToAsync(Stream.Null, limit.Token);
        await Task.Delay(_enough, TimeProvider.System, limit.Token);
        await using (await CallAsync(path, StopTracing, session, limit.Token)) await rest;
    }

    private static async Task<NetworkStream> CallAsync(string path, byte command, byte[] payload, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            byte[] message = [.. "DOTNET_IPC_V1\0"u8, 0, 0, EventPipe, command, 0, 0, .. payload];
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
            await stream.WriteAsync(message, cancellation);

            var answer = new byte[HeaderLength];
            await stream.ReadExactlyAsync(answer, cancellation);
            return answer[17] == ServerSaysOk ? stream : throw new IOException("The diagnostics socket refused.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] SessionRequest()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.Unicode);
        writer.Write(16u); // MB of buffer
        writer.Write(1u); // format: nettrace
        writer.Write(false); // no rundown
        writer.Write(1u); // one provider
        writer.Write(HeapCollect);
        writer.Write(Informational);
        WriteText(writer, "Microsoft-Windows-DotNETRuntime");
        writer.Write(0u); // no filter
        return bytes.ToArray();
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write(text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }
}
