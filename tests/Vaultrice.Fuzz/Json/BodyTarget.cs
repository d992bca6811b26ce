using System.Text;
using System.Text.Json;
using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Fuzz.Json;

/// <summary>Every parser of HTTP bodies: none throws, and what they let through keeps what they promise.</summary>
internal static class BodyTarget
{
    public static readonly FuzzTarget Target = new("bodies", JsonSeeds.Bodies, JsonSeeds.Tokens, Run);

    private static readonly string[] Operations = ["increment", "decrement", "push", "merge", "splice", "set-in", "unknown"];

    private static int Run(byte[] data)
    {
        var outcome = new Outcome();
        var write = ItemBodies.ReadWrite(data, 3, JsonCheck.Limits);
        outcome.Add(write.Error);
        if (write.Succeeded)
            Check(write.Value);

        var writes = ItemBodies.ReadWrites(data, null, JsonCheck.Limits);
        outcome.Add(writes.Error);
        if (writes.Succeeded)
        {
            foreach (var (name, named) in writes.Value)
            {
                Demand.That(StorageObjectId.IsValidName(name), "an invalid name passed");
                Check(named);
            }
        }

        var names = ItemBodies.ReadNames(data, JsonCheck.Limits);
        outcome.Add(names.Error);
        if (names.Succeeded)
            Demand.That(names.Value.All(StorageObjectId.IsValidName), "an invalid name passed");

        foreach (var operation in Operations)
        {
            var result = AtomicBodies.Read(operation, data, JsonCheck.Limits);
            outcome.Add(result.Error);
            if (result.Succeeded)
                Check(result.Value);
        }

        var saltLength = EncryptionBodies.ReadSaltLength(data, JsonCheck.Limits);
        outcome.Add(saltLength.Error);
        if (saltLength.Succeeded)
            Demand.That(saltLength.Value is null or (>= 1 and <= 1024), "an invalid salt length passed");

        var message = MessageBodies.ReadJson(data, JsonCheck.Limits);
        outcome.Add(message.Error);
        if (message.Succeeded)
            JsonCheck.Value(message.Value, JsonCheck.Limits.MessageBytes);

        var text = MessageBodies.ReadText(data, JsonCheck.Limits);
        outcome.Add(text.Error);
        if (text.Succeeded)
            Demand.That(JsonSerializer.Deserialize<string>(text.Value.Span) == Encoding.UTF8.GetString(data), "a text was changed");
        return outcome.Number;
    }

    private static void Check(ItemWrite write)
    {
        Demand.That(write.Ttl is null or >= 1, "an invalid ttl passed");
        JsonCheck.Value(write.Value, JsonCheck.Limits.ItemBytes);
    }

    private static void Check(AtomicOperation operation)
    {
        Demand.That(operation.Ttl is null or >= 1, "an invalid ttl passed");
        switch (operation)
        {
            case Increment increment:
                JsonCheck.Value(increment.Amount, JsonCheck.Limits.ItemBytes);
                break;
            case Push push:
                JsonCheck.Value(push.Element, JsonCheck.Limits.ItemBytes);
                break;
            case Merge merge:
                JsonCheck.Value(merge.Members, JsonCheck.Limits.ItemBytes);
                break;
            case Splice splice:
                foreach (var item in splice.Items)
                    JsonCheck.Value(item, JsonCheck.Limits.ItemBytes);
                break;
            case SetIn setIn:
                JsonCheck.Value(setIn.Value, JsonCheck.Limits.ItemBytes);
                Demand.That(setIn.Path.Length is >= 1 and <= 4, "a path of invalid length passed");
                // Throws when a segment is half a character.
                _ = setIn.Path.Sum(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount);
                break;
            default:
                throw new InvalidOperationException("There is an operation that nobody checks.");
        }
    }
}
