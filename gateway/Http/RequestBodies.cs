using System.Collections.Immutable;
using System.Text.Json;
using Vaultrice.StorageObjects;
namespace Vaultrice.Gateway.Http;
internal static class RequestBodies
{
    static byte[] Raw(JsonElement e) => System.Text.Encoding.UTF8.GetBytes(e.GetRawText());
    static long? Num(JsonElement e, string n) => e.TryGetProperty(n, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetInt64() : null;
    static ItemWrite W(JsonElement e, int? kv) => new(Raw(e.GetProperty("value")), Num(e, "ttl"), e.TryGetProperty("ifAbsent", out var i) && i.ValueKind == JsonValueKind.True, Num(e, "updatedAt"), kv);
    public static StorageResult<ItemWrite> Set(ReadOnlyMemory<byte> b, ObjectLimits l, int? kv) { using var d = JsonDocument.Parse(b); return W(d.RootElement, kv); }
    public static StorageResult<ImmutableArray<NamedWrite>> SetMany(ReadOnlyMemory<byte> b, ObjectLimits l, int? kv) { using var d = JsonDocument.Parse(b); return d.RootElement.EnumerateObject().Select(p => new NamedWrite(p.Name, W(p.Value, kv))).ToImmutableArray(); }
    public static StorageResult<ImmutableArray<string>> Names(ReadOnlyMemory<byte> b) { using var d = JsonDocument.Parse(b); return d.RootElement.EnumerateArray().Select(p => p.GetString()!).ToImmutableArray(); }
    public static StorageResult<AtomicOperation> Operation(string w, ReadOnlyMemory<byte> b, ObjectLimits l) { using var d = JsonDocument.Parse(b); return new Increment(Raw(d.RootElement.GetProperty("value")), w == "decrement", Num(d.RootElement, "ttl"), null); }
    public static StorageResult<(bool, int? Bytes)> SaltLength(ReadOnlyMemory<byte> b) => (true, null);
    public static StorageResult<ReadOnlyMemory<byte>> TextMessage(ReadOnlyMemory<byte> b, ObjectLimits l) => (ReadOnlyMemory<byte>)JsonSerializer.SerializeToUtf8Bytes(System.Text.Encoding.UTF8.GetString(b.Span));
    public static StorageResult<ReadOnlyMemory<byte>> JsonMessage(ReadOnlyMemory<byte> b, ObjectLimits l) => (ReadOnlyMemory<byte>)b.ToArray();
}
