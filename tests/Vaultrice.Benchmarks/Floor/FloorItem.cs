using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Vaultrice.Benchmarks.Floor;

/// <summary>An item with its answer built once, at the write.</summary>
internal sealed class FloorItem
{
    private static readonly byte[] _beforeValue = "{\"value\":"u8.ToArray();

    private readonly int _valueLength;

    public FloorItem(ReadOnlySpan<byte> value, long expiresAt, long createdAt, long updatedAt)
    {
        Span<byte> times = stackalloc byte[128];
        Utf8.TryWrite(
            times,
            CultureInfo.InvariantCulture,
            $",\"expiresAt\":{expiresAt},\"createdAt\":{createdAt},\"updatedAt\":{updatedAt}}}",
            out var length);
        _valueLength = value.Length;
        Json = [.. _beforeValue, .. value, .. times[..length]];
        CreatedAt = createdAt;
        UpdatedAt = updatedAt;
    }

    public byte[] Json { get; }

    public long CreatedAt { get; }

    public long UpdatedAt { get; }

    public ReadOnlySpan<byte> Value => Json.AsSpan(_beforeValue.Length, _valueLength);

    /// <summary>The frame that tells listeners of this item, built once per broadcast.</summary>
    public byte[] ToEvent(ReadOnlySpan<char> name) =>
    [
        .. "{\"event\":\"setItem\",\"payload\":{\"prop\":\""u8,
        .. JsonEncodedText.Encode(name).EncodedUtf8Bytes,
        .. "\","u8,
        .. Json.AsSpan(1),
        .. "}"u8,
    ];
}
