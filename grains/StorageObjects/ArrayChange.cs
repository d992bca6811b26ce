using System.Buffers;
using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Push and splice.</summary>
internal static class ArrayChange
{
    private static readonly ReadOnlyMemory<byte> Empty = "[]"u8.ToArray();

    public static StorageResult<ReadOnlyMemory<byte>> Push(Push push, ReadOnlyMemory<byte>? present, int maxDepth)
    {
        var array = (present ?? Empty).Span;
        if (!RawJson.IsArray(array))
            return AtomicRefusals.NotAnArray;
        if (RawJson.Depth(push.Element.Span) >= maxDepth)
            return AtomicRefusals.TooDeep;
        return RawJson.Append(array, push.Element.Span);
    }

    public static StorageResult<ReadOnlyMemory<byte>> Splice(Splice splice, ReadOnlyMemory<byte>? present, int maxDepth)
    {
        var value = present ?? Empty;
        var array = value.Span;
        if (!RawJson.IsArray(array))
            return AtomicRefusals.NotAnArray;
        foreach (var item in splice.Items)
        {
            if (RawJson.Depth(item.Span) >= maxDepth)
                return AtomicRefusals.TooDeep;
        }

        var length = ElementReader.Count(array);
        var start = ToStart(splice.StartIndex, length);
        var removed = (int)Math.Clamp(ToInteger(splice.DeleteCount), 0, length - start);
        return removed == 0 && splice.Items.IsEmpty ? value : Replace(array, start, start + removed, splice.Items);
    }

    private static ReadOnlyMemory<byte> Replace(
        ReadOnlySpan<byte> array, int start, int end, ImmutableArray<ReadOnlyMemory<byte>> items)
    {
        var elements = new ElementReader(array);
        var headEnd = array.IndexOf((byte)'[') + 1;
        var more = elements.Next();
        for (var i = 0; i < end; i++)
        {
            if (i < start)
                headEnd = elements.Current.End.Value;
            more = elements.Next();
        }
        var head = array[..headEnd];
        var tail = array[elements.Current.Start..];

        var inserted = new ArrayBufferWriter<byte>();
        var separated = start == 0;
        foreach (var item in items)
        {
            if (!separated)
                inserted.Write(","u8);
            inserted.Write(item.Span);
            separated = false;
        }
        if (!separated && more)
            inserted.Write(","u8);
        return RawJson.Concat(head, inserted.WrittenSpan, tail);
    }

    private static int ToStart(double index, int length)
    {
        var integer = ToInteger(index);
        return (int)(integer < 0 ? Math.Max(length + integer, 0) : Math.Min(integer, length));
    }

    /// <summary>ECMA-262, ToIntegerOrInfinity.</summary>
    private static double ToInteger(double number) => double.IsNaN(number) ? 0 : Math.Truncate(number);
}
