using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Vaultrice.Gateway.Http;
using Vaultrice.Gateway.RealTime;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Tests.Fuzz;

/// <summary>Entry points for a fuzzer: any input at all; an exception is a finding.</summary>
public static class FuzzTargets
{
    private static readonly ObjectLimits Limits = new() { ItemBytes = 200, MessageBytes = 100, PresenceBytes = 50, JsonDepth = 4 };

    private static readonly string[] Operations = ["increment", "decrement", "push", "merge", "splice", "set-in", "unknown"];

    /// <summary>Every parser of HTTP bodies: none throws, and what they let through keeps what they promise.</summary>
    public static void Body(ReadOnlySpan<byte> data)
    {
        var write = ItemBodies.ReadWrite(data, 3, Limits);
        if (write.Succeeded)
            Check(write.Value);

        var writes = ItemBodies.ReadWrites(data, null, Limits);
        if (writes.Succeeded)
        {
            foreach (var (name, named) in writes.Value)
            {
                Demand(StorageObjectId.IsValidName(name), "an invalid name passed");
                Check(named);
            }
        }

        var names = ItemBodies.ReadNames(data, Limits);
        if (names.Succeeded)
            Demand(names.Value.All(StorageObjectId.IsValidName), "an invalid name passed");

        foreach (var operation in Operations)
        {
            var result = AtomicBodies.Read(operation, data, Limits);
            if (result.Succeeded)
                Check(result.Value);
        }

        var saltLength = EncryptionBodies.ReadSaltLength(data, Limits);
        if (saltLength.Succeeded)
            Demand(saltLength.Value is null or (>= 1 and <= 1024), "an invalid salt length passed");

        var message = MessageBodies.ReadJson(data, Limits);
        if (message.Succeeded)
            CheckValue(message.Value, Limits.MessageBytes);

        var text = MessageBodies.ReadText(data, Limits);
        if (text.Succeeded)
            Demand(JsonSerializer.Deserialize<string>(text.Value.Span) == Encoding.UTF8.GetString(data), "a text was changed");
    }

    /// <summary>The parser of frames.</summary>
    public static void Frame(ReadOnlySpan<byte> data)
    {
        var frame = ClientFrame.Read(data, Limits);
        if (!frame.Succeeded)
            return;
        Demand(frame.Value.KeyVersion is null or >= 0, "a negative key version passed");
        if (frame.Value.Payload is { } payload)
            CheckValue(payload, Limits.MessageBytes);
    }

    private static void Check(ItemWrite write)
    {
        Demand(write.Ttl is null or >= 1, "an invalid ttl passed");
        CheckValue(write.Value, Limits.ItemBytes);
    }

    private static void Check(AtomicOperation operation)
    {
        Demand(operation.Ttl is null or >= 1, "an invalid ttl passed");
        switch (operation)
        {
            case Increment increment:
                CheckValue(increment.Amount, Limits.ItemBytes);
                break;
            case Push push:
                CheckValue(push.Element, Limits.ItemBytes);
                break;
            case Merge merge:
                CheckValue(merge.Members, Limits.ItemBytes);
                break;
            case Splice splice:
                foreach (var item in splice.Items)
                    CheckValue(item, Limits.ItemBytes);
                break;
            case SetIn setIn:
                CheckValue(setIn.Value, Limits.ItemBytes);
                Demand(setIn.Path.Length is >= 1 and <= 4, "a path of invalid length passed");
                // Throws when a segment is half a character.
                _ = setIn.Path.Sum(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount);
                break;
            default:
                throw new InvalidOperationException("There is an operation that nobody checks.");
        }
    }

    private static void CheckValue(ReadOnlyMemory<byte> value, int maxBytes)
    {
        Demand(value.Length <= maxBytes, "too large a value passed");
        Demand(Utf8.IsValid(value.Span), "invalid UTF-8 passed");
        using var document = JsonDocument.Parse(
            value, new JsonDocumentOptions { MaxDepth = Limits.JsonDepth, AllowDuplicateProperties = false });
        CheckNames(document.RootElement);
    }

    private static void CheckNames(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var child in element.EnumerateArray())
                CheckNames(child);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                // Throws when the name is half a character.
                _ = member.Name;
                CheckNames(member.Value);
            }
        }
    }

    private static void Demand(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}
