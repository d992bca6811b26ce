using System.Text.Json;
using CsCheck;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Random JSON texts, with all the spellings JSON allows.</summary>
internal static class JsonGen
{
    private static readonly string[][] Spellings =
    [
        ["\"a\"", "\"\\u0061\""], ["\"b\""], ["\"\""], ["\"0\"", "\"\\u0030\""], ["\"1\""], ["\"01\""], ["\"-1\""], ["\"length\""],
        ["\"__proto__\"", "\"\\u005f_proto__\""], ["\"constructor\""], ["\"ä\"", "\"\\u00e4\""], ["\"\\\"\""], ["\"a.b\"", "\"a\\u002eb\""],
        ["\"\U0001F600\"", "\"\\ud83d\\ude00\""],
    ];

    private static readonly Gen<string> Space = Gen.OneOf("", "", "", " ", "\n\t");

    public static readonly Gen<string> Number = Gen.OneOf(
        Gen.OneOf(
            "0", "-0", "1", "-1", "1.0", "0.1", "0.2", "1e2", "-1E-2", "9007199254740991", "9007199254740992", "9007199254740993",
            "-9007199254740993", "9223372036854775807", "12345678901234567890123", "1e308", "1.7976931348623157e308", "-1e308",
            "5e-324", "1e400", "1e-400", "1e20", "1e21", "123456789012345680000", "0.000001", "0.0000001", "1e99999999999"),
        Gen.Long.Select(static n => Text(n)),
        Gen.Int[-100, 100].Select(static n => Text(n)),
        Gen.Double.Where(double.IsFinite).Select(static d => Text(d)));

    public static readonly Gen<string> Name = Gen.OneOf(Spellings).Select(static spellings => JsonSerializer.Deserialize<string>(spellings[0])!);

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Number, Gen.OneOf("null", "true", "false", "\"\"", "\"x\"", "\"\\ud800\"", "\"]\"", "\"a,\\\"}\"", "\"\\\\\"", "\"\U0001F600ä\\/\""));

    public static Gen<string> Value(int depth) => depth == 0 ? Scalar : Gen.Frequency((2, Scalar), (3, Array(depth)), (3, Object(depth)));

    public static Gen<string> Array(int depth) =>
        Gen.Select(Value(depth - 1).Array[0, 5], Space, Space, static (elements, open, close) =>
            $"[{open}{string.Join($"{close},{open}", elements)}{close}]");

    public static Gen<string> Object(int depth) =>
        Gen.Select(Gen.Shuffle(Spellings, 0, 5), Value(depth - 1).Array[5], Gen.Int[0, 1].Array[5], Space, Space,
            static (names, values, spelling, open, close) =>
            {
                var members = names.Select((name, i) => $"{name[spelling[i] % name.Length]}{close}:{open}{values[i]}");
                return $"{{{open}{string.Join($"{close},{open}", members)}{close}}}";
            });

    private static string Text<T>(T number) => JsonSerializer.Serialize(number);
}
