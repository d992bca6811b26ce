using System.Text;
using Microsoft.Extensions.Logging;
using Vaultrice.Quotas;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Memory;

/// <summary>An engine that forgets everything when the process ends; for tests.</summary>
internal sealed partial class MemoryStore : IObjectStore, IGrainStateStore
{
    private const int PortionRecords = 1_000;

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private readonly Lock gate = new();
    private readonly Dictionary<StorageObjectId, ObjectEntry> objects = [];
    private readonly Dictionary<string, (byte[] Data, string ETag)> states = [];

    public MemoryStore(ILogger<MemoryStore> logger) => LogForTestsOnly(logger);

    public Task<StoredObject> Load(StorageObjectId id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(objects.TryGetValue(id, out var entry)
                ? new StoredObject(entry.Revision, [.. entry.Records.Values], entry.Encryption, entry.Keys)
                : new StoredObject(0, [], null));
        }
    }

    public Task Commit(StorageObjectId id, ObjectCommit commit)
    {
        lock (gate)
        {
            if (!objects.TryGetValue(id, out var entry))
                objects.Add(id, entry = new());
            entry.Revision = commit.Revision;
            entry.NextExpiry = commit.NextExpiry;
            entry.Encryption = commit.Encryption ?? entry.Encryption;
            entry.Keys = commit.Keys.ToArray();
            foreach (var record in commit.Records)
                entry.Records[record.Name] = Copy(record);
        }
        return Task.CompletedTask;
    }

    public Task Delete(StorageObjectId id)
    {
        lock (gate)
            objects.Remove(id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StorageObjectId>> List(
        string projectId, string? @class, string? idPrefix, StorageObjectId? after, int count, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            IReadOnlyList<StorageObjectId> listed =
            [
                .. objects.Keys
                    .Where(id => id.ProjectId == projectId && (@class is null || id.Class == @class) && (idPrefix is null || id.Id.StartsWith(idPrefix, StringComparison.Ordinal)))
                    .OrderBy(Key, ByteOrder)
                    .SkipWhile(id => after is { } last && ByteOrder.Compare(Key(id), Key(last)) <= 0)
                    .Take(count),
            ];
            return Task.FromResult(listed);
        }
    }

    public Task<IReadOnlyList<StoredTotal>> Measure(string projectId, long now, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            IReadOnlyList<StoredTotal> totals =
            [
                .. objects.Where(entry => entry.Key.ProjectId == projectId).GroupBy(entry => entry.Key.Class, StringComparer.Ordinal).Select(@class =>
                {
                    ItemRecord[] records = [.. @class.SelectMany(entry => entry.Value.Records.Values).Where(record => record.Item is not null && record.ExpiresAt > now)];
                    int[] settings = [.. @class.Select(entry => EncryptionRecord.SizeOf(entry.Value.Encryption)).Where(size => size > 0)];
                    return new StoredTotal(
                        @class.Key,
                        records.Sum(record => (long)Encoding.UTF8.GetByteCount(record.Name) + record.Item!.Value.Length) + settings.Sum(size => (long)size),
                        records.Length + settings.Length);
                }),
            ];
            return Task.FromResult(totals);
        }
    }

    public Task<int> Sweep(long expiredBefore, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var left = PortionRecords;
            foreach (var (id, entry) in objects.Where(o => o.Value.NextExpiry < expiredBefore).ToList())
            {
                var expired = entry.Records.Values.Where(record => record.ExpiresAt < expiredBefore).Take(left).ToList();
                foreach (var record in expired)
                    entry.Records.Remove(record.Name);
                left -= expired.Count;
                if (left == 0)
                    break;
                entry.NextExpiry = entry.Records.Values.Select(record => record.ExpiresAt).DefaultIfEmpty(long.MaxValue).Min();
                if (entry.Records.Count == 0 && entry.Encryption is null)
                    objects.Remove(id);
            }
            return Task.FromResult(PortionRecords - left);
        }
    }

    public Task Purge() => Task.CompletedTask;

    public Task Probe(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<(byte[] Data, string ETag)?> Read(string key)
    {
        lock (gate)
            return Task.FromResult(states.TryGetValue(key, out var state) ? state : ((byte[], string)?)null);
    }

    public Task<string?> Write(string key, byte[] data, string? expectedETag)
    {
        lock (gate)
        {
            if (PresentETag(key) != expectedETag)
                return Task.FromResult<string?>(null);
            var etag = Guid.NewGuid().ToString("N");
            states[key] = ([.. data], etag);
            return Task.FromResult<string?>(etag);
        }
    }

    public Task<bool> Delete(string key, string? expectedETag)
    {
        lock (gate)
        {
            var present = PresentETag(key);
            if (present is not null && present != expectedETag)
                return Task.FromResult(false);
            states.Remove(key);
            return Task.FromResult(true);
        }
    }

    private static byte[] Key(StorageObjectId id) => Encoding.UTF8.GetBytes(id.ToString());

    private string? PresentETag(string key) => states.TryGetValue(key, out var state) ? state.ETag : null;

    /// <summary>As a disk would: what the caller does to its buffer afterwards changes nothing stored.</summary>
    private static ItemRecord Copy(ItemRecord record) =>
        record.Item is { } item ? record with { Item = item with { Value = item.Value.ToArray() } } : record;

    [LoggerMessage(LogLevel.Warning, "Storage:Engine is Memory: everything is lost when this process ends. Use it for tests only.")]
    private static partial void LogForTestsOnly(ILogger logger);

    private sealed class ObjectEntry
    {
        public long Revision { get; set; }

        public long NextExpiry { get; set; }

        public EncryptionSettingsHistory? Encryption { get; set; }

        public byte[] Keys { get; set; } = [];

        public Dictionary<string, ItemRecord> Records { get; } = new(StringComparer.Ordinal);
    }
}
