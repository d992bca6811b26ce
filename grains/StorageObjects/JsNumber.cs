using System.Buffers.Text;
using System.Globalization;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Prints numbers as JavaScript's <c>JSON.stringify</c> does (ECMA-262, Number::toString).</summary>
internal static class JsNumber
{
    // The longest: sign, "0.", five zeros, 17 digits; or sign, 21 digits; or sign, 17 digits with point, "e-324".
    private const int MaxLength = 32;

    public static ReadOnlyMemory<byte> Format(long value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        Utf8Formatter.TryFormat(value, text, out var length);
        return text[..length].ToArray();
    }

    /// <summary>The shortest text that reads back as the same finite number; negative zero prints as 0.</summary>
    public static ReadOnlyMemory<byte> Format(double value)
    {
        if (value == 0)
            return "0"u8.ToArray();

        Span<byte> digits = stackalloc byte[MaxLength];
        var count = ShortestDigits(Math.Abs(value), digits, out var point);
        Span<byte> text = stackalloc byte[MaxLength];
        var length = 0;
        if (value < 0)
            text[length++] = (byte)'-';
        length += Lay(digits[..count], point, text[length..]);
        return text[..length].ToArray();
    }

    /// <summary>The significant digits of a positive number, which is 0.DIGITS times ten to the power of <paramref name="point"/>.</summary>
    private static int ShortestDigits(double value, Span<byte> digits, out int point)
    {
        // .NET's shortest round-trip format is either plain or scientific: 123.45, 0.00012, 1.5E+21.
        Span<byte> text = stackalloc byte[MaxLength];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        text = text[..length];

        var exponent = 0;
        var e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var dot = text.IndexOf((byte)'.');
        point = (dot < 0 ? text.Length : dot) + exponent;
        var count = 0;
        foreach (var c in text)
        {
            if (c == '.')
                continue;
            if (c == '0' && count == 0)
                point--;
            else
                digits[count++] = c;
        }
        while (digits[count - 1] == '0')
            count--;
        return count;
    }

    private static int Lay(ReadOnlySpan<byte> digits, int point, Span<byte> text)
    {
        if (point is > 21 or <= -6)
            return LayScientific(digits, point - 1, text);
        if (point <= 0)
        {
            "0."u8.CopyTo(text);
            text.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(text[(2 - point)..]);
            return 2 - point + digits.Length;
        }
        if (point >= digits.Length)
        {
            digits.CopyTo(text);
            text[digits.Length..point].Fill((byte)'0');
            return point;
        }
        digits[..point].CopyTo(text);
        text[point] = (byte)'.';
        digits[point..].CopyTo(text[(point + 1)..]);
        return digits.Length + 1;
    }

    private static int LayScientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        text[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            text[length++] = (byte)'.';
            digits[1..].CopyTo(text[length..]);
            length += digits.Length - 1;
        }
        text[length++] = (byte)'e';
        if (exponent > 0)
            text[length++] = (byte)'+';
        Utf8Formatter.TryFormat(exponent, text[length..], out var written);
        return length + written;
    }
}
