using System.Diagnostics.Metrics;
using System.Globalization;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Grains.Quotas;

/// <summary>How much more the objects of a project, or of a class, may store.</summary>
internal sealed class StorageRoom
{
    private static readonly Counter<long> Refused = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.storage.refused", "{write}", "Writes refused by a storage quota.");

    private static readonly Counter<long> Near = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.storage.near", "{report}", "Reports of classes or projects that nearly store what they may.");

    private readonly Part _bytes;
    private readonly Part _items;

    private StorageRoom(Part bytes, Part items) => (_bytes, _items) = (bytes, items);

    public static StorageRoom Unlimited { get; } = new(Part.Unlimited, Part.Unlimited);

    /// <summary>Whether something is used up: then others than this silo may make room.</summary>
    public bool IsUsedUp => _bytes.Left <= 0 || _items.Left <= 0;

    public static StorageRoom OfProject(Quota quota, StoredTotals stored, double nearAt) => Of("The project", quota, stored.Bytes, stored.Items, nearAt);

    public static StorageRoom OfClass(Quota quota, StoredTotal stored, double nearAt) => Of("The class", quota, stored.Bytes, stored.Items, nearAt);

    /// <summary>The refusal of growth beyond the room, or null.</summary>
    /// <param name="bytes">What a write would add.</param>
    /// <param name="items">What a write would add.</param>
    /// <param name="bytesSince">What was added since the room was measured.</param>
    /// <param name="itemsSince">What was added since the room was measured.</param>
    public StorageError? Refuse(long bytes, long items, long bytesSince, long itemsSince) =>
        _bytes.Refuse(bytes, bytesSince) ?? _items.Refuse(items, itemsSince);

    private static StorageRoom Of(string subject, Quota quota, long storedBytes, long storedItems, double nearAt)
    {
        var bytes = new Part(subject, "bytes", quota.Bytes, storedBytes);
        var items = new Part(subject, "items", quota.Items, storedItems);
        foreach (var part in new[] { bytes, items })
        {
            if (part.Limit is { } limit && limit - part.Left >= limit * nearAt)
                Near.Add(1, new KeyValuePair<string, object?>("limit", part.What));
        }
        return bytes.Limit is null && items.Limit is null ? Unlimited : new(bytes, items);
    }

    private sealed record Part(string Subject, string What, long? Limit, long Stored)
    {
        public static Part Unlimited { get; } = new("", "", null, 0);

        public long Left => Limit is { } limit ? limit - Stored : long.MaxValue;

        public StorageError? Refuse(long growth, long since)
        {
            if (growth <= 0 || Limit is null || growth <= Left - since)
                return null;
            Refused.Add(1, new KeyValuePair<string, object?>("limit", What));
            return new(
                StorageErrorCode.StorageQuotaExceeded,
                string.Create(CultureInfo.InvariantCulture, $"{Subject} may store at most {Limit} {What}: remove some first."));
        }
    }
}
