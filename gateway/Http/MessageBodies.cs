using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The body of a message: the payload itself.</summary>
internal static class MessageBodies
{
    /// <summary>The payload as raw JSON, byte for byte.</summary>
    public static StorageResult<ReadOnlyMemory<byte>> ReadJson(ReadOnlySpan<byte> json, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        ReadOnlyMemory<byte>? payload = null;
        if (body.Read())
            body.Take(limits.MessageBytes, BodyErrors.MessageTooLarge, out payload);
        return body.Finish() is { } error ? error : payload!.Value;
    }

    /// <summary>A plain text, as the JSON string that stands for it.</summary>
    public static StorageResult<ReadOnlyMemory<byte>> ReadText(ReadOnlySpan<byte> text, ObjectLimits limits)
    {
        if (text.Length + 2 > limits.MessageBytes)
            return BodyErrors.MessageTooLarge;
        if (!Utf8.IsValid(text))
            return BodyErrors.InvalidText;
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        if (encoded.Length + 2 > limits.MessageBytes)
            return BodyErrors.MessageTooLarge;
        ReadOnlyMemory<byte> payload = (byte[])[(byte)'"', .. encoded, (byte)'"'];
        return payload;
    }
}
