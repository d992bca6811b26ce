using System.Text.Json;
using Vaultrice.StorageObjects;
namespace Vaultrice.Gateway.RealTime;
internal sealed record ClientFrame(string Event, ReadOnlyMemory<byte>? Payload, string? ConnectionId, int? KeyVersion)
{
    public static StorageResult<ClientFrame> Parse(ReadOnlyMemory<byte> b, ObjectLimits l) { using var d = JsonDocument.Parse(b); var r = d.RootElement; return new ClientFrame(r.GetProperty("event").GetString()!, r.TryGetProperty("payload", out var p) ? System.Text.Encoding.UTF8.GetBytes(p.GetRawText()) : (ReadOnlyMemory<byte>?)null, r.TryGetProperty("connectionId", out var c) ? c.GetString() : null, r.TryGetProperty("keyVersion", out var k) ? k.GetInt32() : null); }
}
