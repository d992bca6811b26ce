using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Vaultrice.Benchmarks.Floor;

/// <summary>One object of the floor: items kept as the JSON they are answered with, and the sockets that listen.</summary>
internal sealed class FloorObject
{
    private const long Lifetime = 3_600_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FloorItem> _items;
    private readonly Dictionary<string, FloorItem>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private FloorSocket[] _sockets = [];

    public FloorObject()
    {
        _items = new Dictionary<string, FloorItem>(StringComparer.Ordinal);
        _byName = _items.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public byte[]? Get(ReadOnlySpan<char> name)
    {
        lock (_gate) return _byName.TryGetValue(name, out var item) ? item.Json : null;
    }

    public byte[] Set(ReadOnlySpan<char> name, ReadOnlySpan<byte> value)
    {
        // Events are handed out inside the lock, so that they leave in the order of the writes.
        lock (_gate)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var item = _byName.TryGetValue(name, out var present)
                ? new FloorItem(value, now + Lifetime, present.CreatedAt, Math.Max(now, present.UpdatedAt + 1))
                : new FloorItem(value, now + Lifetime, now, now);
            _byName[name] = item;
            if (_sockets.Length > 0) Broadcast(item.ToEvent(name), except: null);
            return item.Json;
        }
    }

    public byte[]? Increment(ReadOnlySpan<char> name, ReadOnlySpan<byte> by)
    {
        lock (_gate)
        {
            double present = 0;
            if (_byName.TryGetValue(name, out var item) && !Utf8Parser.TryParse(item.Value, out present, out _)) return null;
            if (!Utf8Parser.TryParse(by, out double step, out _)) return null;

            Span<byte> sum = stackalloc byte[32];
            Utf8Formatter.TryFormat(present + step, sum, out var length);
            return Set(name, sum[..length]);
        }
    }

    public byte[] SetMany(ReadOnlySpan<byte> body)
    {
        var answer = new ArrayBufferWriter<byte>(body.Length * 2);
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!FloorBody.TryReadObject(ref reader, out var value)) continue;
            writer.WritePropertyName(name);
            writer.WriteRawValue(Set(name, body[value]), skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return answer.WrittenSpan.ToArray();
    }

    public void Broadcast(byte[] frame, FloorSocket? except)
    {
        foreach (var socket in _sockets)
            if (socket != except) socket.Send(frame);
    }

    public void Join(FloorSocket socket)
    {
        lock (_gate) _sockets = [.. _sockets, socket];
    }

    public void Leave(FloorSocket socket)
    {
        lock (_gate) _sockets = [.. _sockets.Where(other => other != socket)];
    }
}
