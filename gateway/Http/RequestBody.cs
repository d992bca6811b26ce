using System.Buffers;
using System.IO.Pipelines;

namespace Vaultrice.Gateway.Http;

/// <summary>A request's body, read whole within a limit; dispose it to give its buffer back.</summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly byte[]? _rented;

    private RequestBody(ReadOnlyMemory<byte> bytes, byte[]? rented)
    {
        Bytes = bytes;
        _rented = rented;
    }

    /// <summary>The body's bytes, valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The largest body that is read.</param>
    public static async ValueTask<StorageResult<RequestBody>> Read(HttpContext context, int maxBytes)
    {
        var request = context.Request;
        if (request.ContentLength > maxBytes)
            return TooLarge(maxBytes);
        if (request.Headers.ContentEncoding.Count > 0)
            return new StorageError(StorageErrorCode.UnsupportedContentType, "Compressed bodies are not accepted: leave Content-Encoding out.");
        var reader = request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(context.RequestAborted);
            }
            catch (IOException e) when (e is not BadHttpRequestException)
            {
                // Kestrel's word for a chunk whose size overflows, and for a connection that is gone.
                return new StorageError(StorageErrorCode.InvalidRequest, "The request's body is malformed or incomplete.");
            }
            var buffer = read.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                return TooLarge(maxBytes);
            }
            if (read.IsCompleted)
            {
                var length = (int)buffer.Length;
                var rented = ArrayPool<byte>.Shared.Rent(length);
                buffer.CopyTo(rented);
                reader.AdvanceTo(buffer.End);
                return new RequestBody(rented.AsMemory(0, length), rented);
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }

    private static StorageError TooLarge(int maxBytes) =>
        new(StorageErrorCode.BodyTooLarge, $"The body of this request may have at most {maxBytes} bytes.");
}
