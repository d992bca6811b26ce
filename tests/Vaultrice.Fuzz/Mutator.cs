namespace Vaultrice.Fuzz;

/// <summary>Makes new inputs from those of a corpus: flipped bits, tokens, pieces removed, repeated or taken from another input.</summary>
internal sealed class Mutator(SplitMix random, IReadOnlyList<byte[]> tokens)
{
    private const int MaxEdits = 4;
    private const int MaxRepeats = 80;
    private const int MaxLength = 4 * 1024;

    // Cutting beside these keeps the parts of JSON and of paths whole more often than chance would.
    private const string Joints = "{}[],:\"\\/.%?&=\n";

    /// <summary>A mutation of one of the inputs.</summary>
    public byte[] Mutate(IReadOnlyList<byte[]> corpus)
    {
        var input = random.OneOf(corpus);
        for (var edits = 1 + random.Below(MaxEdits); edits > 0; edits--)
            input = Edit(input, corpus);
        return input.Length > MaxLength ? input[..MaxLength] : input;
    }

    private byte[] Edit(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        var (start, end) = Piece(input);
        switch (random.Below(9))
        {
            case 0:
                return FlipBit(input);
            case 1:
                return Replace(input, start, start, [(byte)random.Below(256)]);
            case 2:
                return input[..start];
            case 3:
                return Replace(input, start, end, []);
            case 4 or 5:
                return Replace(input, start, start, random.OneOf(tokens));
            case 6:
                return Replace(input, start, end, random.OneOf(tokens));
            case 7:
                return Replace(input, end, end, Repeat(input.AsSpan(start, end - start)));
            default:
                var other = random.OneOf(corpus);
                var (from, to) = Piece(other);
                return Replace(input, start, end, other.AsSpan(from, to - from));
        }
    }

    private byte[] FlipBit(byte[] input)
    {
        if (input.Length == 0)
            return input;
        var flipped = (byte[])input.Clone();
        flipped[random.Below(input.Length)] ^= (byte)(1 << random.Below(8));
        return flipped;
    }

    private byte[] Repeat(ReadOnlySpan<byte> piece)
    {
        // Often once; sometimes so often that limits of depth, count and size are met.
        var times = random.Below(4) == 0 ? 1 + random.Below(MaxRepeats) : 1;
        var repeated = new byte[Math.Min(piece.Length * times, MaxLength)];
        for (var i = 0; i < repeated.Length; i++)
            repeated[i] = piece[i % piece.Length];
        return repeated;
    }

    private (int Start, int End) Piece(byte[] input)
    {
        var (one, other) = (Cut(input), Cut(input));
        return (Math.Min(one, other), Math.Max(one, other));
    }

    private int Cut(byte[] input)
    {
        var cut = random.Below(input.Length + 1);
        if (random.Below(2) == 0)
            return cut;
        while (cut < input.Length && !Joints.Contains((char)input[cut]))
            cut++;
        return Math.Min(cut + random.Below(2), input.Length);
    }

    private static byte[] Replace(byte[] input, int start, int end, ReadOnlySpan<byte> by) =>
        [.. input.AsSpan(0, start), .. by, .. input.AsSpan(end)];
}
