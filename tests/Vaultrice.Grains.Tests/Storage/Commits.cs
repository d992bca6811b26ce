using System.Text;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.Storage;

/// <summary>Short ways to write commits and to read what a store holds.</summary>
internal static class Commits
{
    public const long Later = 9_000_000_000_000;

    public static StorageObjectId Object(string id) => new("project", "class", id);

    public static ItemRecord Set(string name, string value, long revision, long expiresAt = Later) =>
        Set(name, Encoding.UTF8.GetBytes(value), revision, expiresAt);

    public static ItemRecord Set(string name, byte[] value, long revision, long expiresAt = Later, int? keyVersion = null) =>
        new(name, new(value, expiresAt, CreatedAt: 100 + revision, UpdatedAt: 200 + revision, keyVersion), revision, expiresAt);

    public static ItemRecord Removed(string name, long revision, long expiresAt = Later) => new(name, null, revision, expiresAt);

    /// <summary>A commit that states its expiry as the earliest of its records.</summary>
    public static ObjectCommit Of(params ItemRecord[] records) =>
        new(records.Max(record => record.Revision), records, null, records.Min(record => record.ExpiresAt));

    public static string? Text(this StoredObject stored, string name) =>
        stored.Records.Where(record => record.Name == name).Select(record => record.Item).SingleOrDefault() is { } item
            ? Encoding.UTF8.GetString(item.Value.Span)
            : null;

    public static string[] Names(this StoredObject stored) =>
        [.. stored.Records.Select(record => record.Name).Order(StringComparer.Ordinal)];
}
