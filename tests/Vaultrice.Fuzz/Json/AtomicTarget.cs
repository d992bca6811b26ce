using System.Text.Json;
using Vaultrice.Gateway.Http;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Fuzz.Json;

/// <summary>
/// Atomic operations, on whatever values and bodies the gateway lets through. An input is the present value, which may be
/// missing, a new line, and the operation's body.
/// </summary>
internal static class AtomicTarget
{
    public static readonly FuzzTarget Target = new(
        "atomics",
        [
            "5\n{\"value\":1}",
            "\n{\"value\":-0.5e-7}",
            "9007199254740991\n{\"value\":1}",
            "[1, {\"a\":[]} ,\"x\"]\n{\"value\":{\"b\":2}}",
            "[ ]\n{\"startIndex\":0,\"deleteCount\":0,\"items\":[1,[2]]}",
            "[1,2,3,4]\n{\"startIndex\":-2,\"deleteCount\":1,\"items\":[{}, \"s\"]}",
            "{\"a\":1,\"b\": {\"c\" :[0]}}\n{\"value\":{\"\\u0061\":[],\"d\":null}}",
            "{\"a\":null,\"b\":{\"c\":[0,{\"x\":1}]}}\n{\"path\":\"b.c.1.x\",\"value\":[true]}",
            "[[0]]\n{\"path\":[0,1],\"value\":\"\"}",
            "\n{\"path\":[\"\\\"\\u0000\",\"\\ud83d\\ude00\"],\"value\":{}}",
        ],
        JsonSeeds.Tokens,
        Run);

    private static readonly string[] Operations = ["increment", "decrement", "push", "merge", "splice", "set-in"];

    private static int Run(byte[] data)
    {
        var split = data.AsSpan().IndexOf((byte)'\n');
        ReadOnlyMemory<byte>? present = null;
        if (split > 0)
        {
            var value = MessageBodies.ReadJson(data.AsSpan(0, split), JsonCheck.Limits);
            if (!value.Succeeded)
                return (int)value.Error.Code;
            present = value.Value;
        }
        var outcome = new Outcome();
        outcome.Add(present is { } some ? some.Span[0] : 0);
        foreach (var word in Operations)
        {
            var operation = AtomicBodies.Read(word, data.AsSpan(split + 1), JsonCheck.Limits);
            outcome.Add(operation.Succeeded ? Apply(operation.Value, present) : 2);
        }
        return outcome.Number;
    }

    private static int Apply(AtomicOperation operation, ReadOnlyMemory<byte>? present)
    {
        var before = present?.ToArray();
        var result = AtomicOperations.Apply(operation, present, JsonCheck.Limits.JsonDepth);
        Demand.That(before is null || present!.Value.Span.SequenceEqual(before), "the present value was written to");
        if (!result.Succeeded)
        {
            Demand.That(result.Error.Code is StorageErrorCode.InvalidType or StorageErrorCode.InvalidValue, "an unexpected refusal");
            return (int)result.Error.Code;
        }
        JsonCheck.Value(result.Value, int.MaxValue);
        if (operation is Push push)
            CheckAppended(present, push.Element, result.Value);
        return result.Value.Span[0];
    }

    private static void CheckAppended(ReadOnlyMemory<byte>? present, ReadOnlyMemory<byte> element, ReadOnlyMemory<byte> result)
    {
        using var before = JsonDocument.Parse(present ?? "[]"u8.ToArray());
        using var pushed = JsonDocument.Parse(element);
        using var after = JsonDocument.Parse(result);
        Demand.That(after.RootElement.GetArrayLength() == before.RootElement.GetArrayLength() + 1, "a push added something else than one element");
        Demand.That(after.RootElement.EnumerateArray().Last().GetRawText() == pushed.RootElement.GetRawText(), "a push changed its element");
    }
}
