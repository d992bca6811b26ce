using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>A storage object of a test: its grain, its faults, and short ways to call it with text.</summary>
internal sealed class TestObject(ObjectCluster cluster, StorageObjectId id)
{
    public string Key { get; } = id.ToString();

    public IStorageObjectGrain Grain { get; } = cluster.Client.GetGrain<IStorageObjectGrain>(id.ToString());

    /// <summary>The objects of the silo as a gateway in its process sees them.</summary>
    public ILocalObjects Local { get; } = cluster.Services.GetRequiredService<ILocalObjects>();

    /// <summary>The object as a gateway in the silo's process calls it.</summary>
    public IStorageObjectGrain Here => field ??= LocalCaller.Of(Local, Key, Grain);

    public StoreFaults Faults { get; } = cluster.Store.Of(id);

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    public async Task<StorageResult<Item>> Try(string name, string value, long? ttl = null, bool ifAbsent = false, long? updatedAt = null, int? keyVersion = null) =>
        await Grain.Set(name, new(Json(value), ttl, ifAbsent, updatedAt, keyVersion));

    public async Task<Item> Set(string name, string value, long? ttl = null)
    {
        var result = await Try(name, value, ttl);
        Assert.True(result.Succeeded, result.Error?.Message);
        return result.Value;
    }

    public async Task<long> Increment(string name)
    {
        var result = await Grain.Apply(name, new Increment(Json("1"), Subtract: false, null, null));
        Assert.True(result.Succeeded, result.Error?.Message);
        return long.Parse(result.Value.Value.Span, CultureInfo.InvariantCulture);
    }

    public async Task<string?> Get(string name) => await Grain.Get(name) is { } item ? Text(item.Value) : null;

    /// <summary>Reads as a gateway in the silo's process does: without a call, where that is enough.</summary>
    public async Task<Item?> Read(string name) => TryReadLocally(name, out var item) ? item : await Here.Get(name);

    public bool TryReadLocally(string name, out Item? item) => Local.TryGet(Key, name, out item);

    public async Task Remove(params string[] names) => await Grain.Remove([.. names]);

    public async Task Send(string payload, string? sender = null) =>
        Assert.Null(await Grain.Send(new(Json(payload), null, sender)));

    /// <summary>All items as <c>name=value</c>, in order of their names.</summary>
    public async Task<ImmutableArray<string>> All() =>
        [.. (await Grain.GetAll(null)).Select(item => $"{item.Name}={Text(item.Item.Value)}").Order(StringComparer.Ordinal)];

    /// <summary>
    /// Returns when the grain has taken up every call made before this one, and an answer to one of them, had it left, would
    /// have arrived. Asks for presence, the one answer that waits for no commit, often enough to be overtaken by none.
    /// </summary>
    public async Task TakenUp()
    {
        for (var i = 0; i < 20; i++)
            await Grain.GetPresence();
    }

    public async Task Deactivate() => await Grain.Cast<IGrainManagementExtension>().DeactivateOnIdle();

    public async Task<ObjectKeys> Order(ObjectKeysOrder order, int version = 0)
    {
        var result = await Grain.ManageKeys(order, version);
        Assert.True(result.Succeeded, result.Error?.Message);
        return result.Value;
    }

    public async Task<StorageErrorCode> Refused(ObjectKeysOrder order, int version) => (await Grain.ManageKeys(order, version)).Error!.Code;

    /// <summary>Puts something else in the place of what is stored, as a stranger with access to the store would.</summary>
    public async Task Replace(StoredObject stored, params ItemRecord[] records)
    {
        await Deactivate();
        var all = stored.Records.Where(record => records.All(other => other.Name != record.Name)).Concat(records).ToList();
        await cluster.Store.Inner.Commit(id, new(stored.Revision, all, null, stored.Records.Min(record => record.ExpiresAt), stored.Keys));
    }

    public Task<StoredObject> Stored() => cluster.Store.Inner.Load(id, TestContext.Current.CancellationToken);
}
