using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vaultrice.Gateway.Http;

/// <summary>A JSON writer with its buffer, kept per thread; use it without awaiting in between.</summary>
internal sealed class JsonScratch
{
    private const int InitialBytes = 4 * 1024;
    private const int MaxKeptBytes = 256 * 1024;

    [ThreadStatic]
    private static JsonScratch? _kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(InitialBytes);

    private JsonScratch() => Writer = new(_buffer, new()
    {
        // What goes out is application/json or a socket frame, never HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written so far, valid until <see cref="Return"/>.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Writer.Flush();
            return _buffer.WrittenSpan;
        }
    }

    public static JsonScratch Rent()
    {
        var scratch = _kept ?? new();
        _kept = null;
        return scratch;
    }

    public void Return()
    {
        if (_buffer.Capacity > MaxKeptBytes)
            return;
        _buffer.ResetWrittenCount();
        Writer.Reset();
        _kept = this;
    }
}
