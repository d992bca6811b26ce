using System.Globalization;
using System.Text.Json.Nodes;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>What atomic operations do, told once more on trees instead of bytes; null when the present value is of another type.</summary>
internal static class ModelAtomics
{
    public static string? Apply(AtomicStep step, string? present) => step.Operation switch
    {
        "increment" => Add(present, Number(step.Argument)),
        "decrement" => Add(present, -Number(step.Argument)),
        "push" => Change<JsonArray>(present ?? "[]", array => array.Add(JsonNode.Parse(step.Argument))),
        "splice" => Change<JsonArray>(present ?? "[]", array => Splice(array, step.Argument.Split(','))),
        "merge" => Change<JsonObject>(present ?? "{}", value => Merge(value, JsonNode.Parse(step.Argument)!.AsObject())),
        _ => SetIn(present ?? "{}", step.Argument.Split('=')[0].Split('.'), step.Argument.Split('=')[1]),
    };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string? Add(string? present, long amount) =>
        long.TryParse(present ?? "0", CultureInfo.InvariantCulture, out var number) ? (number + amount).ToString(CultureInfo.InvariantCulture) : null;

    private static string? Change<T>(string present, Action<T> change)
        where T : JsonNode
    {
        if (JsonNode.Parse(present) is not T value)
            return null;
        change(value);
        return value.ToJsonString();
    }

    private static void Splice(JsonArray array, string[] parts)
    {
        var start = (int)Number(parts[0]);
        start = start < 0 ? Math.Max(array.Count + start, 0) : Math.Min(start, array.Count);
        array.RemoveRange(start, (int)Math.Min(Number(parts[1]), array.Count - start));
        if (parts[2].Length > 0)
            array.Insert(start, JsonNode.Parse(parts[2]));
    }

    private static void Merge(JsonObject value, JsonObject members)
    {
        foreach (var (name, member) in members)
            value[name] = member?.DeepClone();
    }

    private static string? SetIn(string present, string[] path, string value)
    {
        var root = JsonNode.Parse(present);
        var parent = root;
        foreach (var name in path[..^1])
        {
            if (parent is not JsonObject here)
                return null;
            parent = here.TryGetPropertyValue(name, out var child) ? child : here[name] = new JsonObject();
        }
        if (parent is not JsonObject last)
            return null;
        last[path[^1]] = JsonNode.Parse(value);
        return root!.ToJsonString();
    }
}
