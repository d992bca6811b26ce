using System.Buffers.Text;
using System.Globalization;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Increment and decrement, in JavaScript's arithmetic.</summary>
internal static class NumberChange
{
    // Within these bounds every integer is a double of its own, so integer arithmetic and JavaScript's agree.
    private const long MaxExact = 1L << 53;

    public static StorageResult<ReadOnlyMemory<byte>> Apply(Increment increment, ReadOnlyMemory<byte>? present)
    {
        var left = present is { } value ? value.Span.Trim(" \t\r\n"u8) : "0"u8;
        var right = increment.Amount.Span.Trim(" \t\r\n"u8);
        if (!IsNumber(left))
            return AtomicRefusals.NotANumber;
        if (!IsNumber(right))
            return AtomicRefusals.InvalidAmount;

        if (TryExact(left, out var a) && TryExact(right, out var b))
        {
            var sum = increment.Subtract ? a - b : a + b;
            if (sum is >= -MaxExact and <= MaxExact)
                return JsNumber.Format(sum);
        }
        if (!TryDouble(left, out var x))
            return AtomicRefusals.NotANumber;
        if (!TryDouble(right, out var y))
            return AtomicRefusals.InvalidAmount;
        var result = increment.Subtract ? x - y : x + y;
        return double.IsFinite(result) ? JsNumber.Format(result) : AtomicRefusals.NotFinite;
    }

    private static bool IsNumber(ReadOnlySpan<byte> json) =>
        !json.IsEmpty && (json[0] == '-' || char.IsAsciiDigit((char)json[0]));

    private static bool TryExact(ReadOnlySpan<byte> json, out long value) =>
        Utf8Parser.TryParse(json, out value, out var consumed)
        && consumed == json.Length
        && value is >= -MaxExact and <= MaxExact;

    private static bool TryDouble(ReadOnlySpan<byte> json, out double value) =>
        double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
