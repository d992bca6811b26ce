using System.Text;
using CsCheck;
using Xunit;

namespace Vaultrice.Gateway.Tests.Fuzz;

/// <summary>The fuzz targets on random bytes, random pieces of JSON, and valid bodies with something broken in them.</summary>
public sealed class FuzzTargetsTests
{
    private static readonly byte[][] Bodies = ((string[])
    [
        """{"value":{"a":[1.0,"\ud83d\ude00",null]},"ttl":1000,"ifAbsent":true,"updatedAt":1700000000000}""",
        """{"a":{"value":1},"b/c":{"value":"\ud800","ttl":1.5},"ä":{"value":[],"updatedAt":null}}""",
        """["a","b c","\u0061\u00e4"]""",
        """{"value":-1.5e3,"ttl":60000}""",
        """{"startIndex":-1,"deleteCount":2,"items":[{"x":1},[2],"3"],"updatedAt":5}""",
        """{"path":["a",0,"\u00e4"],"value":{"\u0061":true}}""",
        """{"path":"a.b.0","value":"x"}""",
        """{"saltLength":16}""",
        """{"event":"message","payload":{"a":[false]},"keyVersion":0,"auth":{"token":"t"}}""",
        """{"event":"resume","connectionId":"abc","extra":[[],{"y":2}]}""",
    ]).Select(Encoding.UTF8.GetBytes).ToArray();

    private static readonly byte[][] Pieces = ((string[])
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0061", "null", "true", "1e400", "-", "0", ".5", "9", "e",
        "\"value\":", "\"ttl\":", "\"items\":[", "\"path\":", "\"event\":", "\"a\":", "[[[[[", "]]]]]", "//", "/*", "\u00e4", " ", "\0",
    ]).Select(Encoding.UTF8.GetBytes).Append([0xEF, 0xBB, 0xBF]).Append([0xED, 0xA0, 0x80]).Append([0xFF]).ToArray();

    private static readonly Gen<byte[]> Piece = Gen.OneOf<byte[]>(Pieces);

    private static readonly Gen<byte[]> Mutated = Gen.Select(
        Gen.OneOf<byte[]>(Bodies),
        Gen.Select(Gen.Int[0, 120], Gen.Int[0, 6], Piece).Array[0, 3],
        static (body, edits) => edits.Aggregate(body, static (bytes, edit) =>
        {
            var (at, length, piece) = edit;
            at = Math.Min(at, bytes.Length);
            return [.. bytes[..at], .. piece, .. bytes[Math.Min(at + length, bytes.Length)..]];
        }));

    private static readonly Gen<byte[]> Input = Gen.Frequency<byte[]>(
        (1, Gen.Byte.Array[0, 40]),
        (2, Piece.Array[0, 20].Select(static pieces => pieces.SelectMany(static piece => piece).ToArray())),
        (5, Mutated));

    [Fact]
    public void No_body_makes_a_parser_throw_or_break_its_word() =>
        Input.Sample(static data => FuzzTargets.Body(data), iter: 20_000);

    [Fact]
    public void No_frame_makes_the_parser_throw_or_break_its_word() =>
        Input.Sample(static data => FuzzTargets.Frame(data), iter: 20_000);
}
