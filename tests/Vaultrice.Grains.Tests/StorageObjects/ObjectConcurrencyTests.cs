using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Core.Internal;
using Orleans.TestingHost;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Sqlite;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.Grains.Streaming;
using Vaultrice.Grains.Tests.Storage;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Many callers at once, on the embedded store and the real clock.</summary>
public sealed class ObjectConcurrencyTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStore _store;
    private readonly InProcessTestCluster _cluster;

    public ObjectConcurrencyTests()
    {
        var masterKeys = MasterKeys.Of(new(), _folder.Path, TimeProvider.System);
        _store = SqliteStore.Open(_folder.Path, masterKeys, TimeProvider.System, NullLogger<SqliteStore>.Instance);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("PubSubStore").AddGatewayStreams();
            silo.Services.AddSingleton<IObjectStore>(_store);
            silo.Services.AddSingleton(masterKeys);
            silo.Services.AddStorageObjects();
        });
        _cluster = builder.Build();
    }

    private IStorageObjectGrain Grain(bool isHere)
    {
        const string Key = "project/class/object";
        var services = _cluster.Silos[0].ServiceProvider;
        var grain = services.GetRequiredService<IClusterClient>().GetGrain<IStorageObjectGrain>(Key);
        return isHere ? LocalCaller.Of(services.GetRequiredService<ILocalObjects>(), Key, grain) : grain;
    }

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _store.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Increments_of_many_callers_are_all_counted_and_all_stored(bool isHere)
    {
        const int Callers = 64;
        const int Each = 1_000;
        var grain = Grain(isHere);
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var seen = new List<long>(Each);
            for (var i = 0; i < Each; i++)
                seen.Add(Number((await grain.Apply("n", new Increment("1"u8.ToArray(), false, null, null))).Value!));
            return seen;
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(Enumerable.Range(1, Callers * Each).Select(n => (long)n), answers.SelectMany(seen => seen).Order());
        Assert.All(answers, seen => Assert.Equal(seen.Order(), seen));
        await Grain(false).Cast<IGrainManagementExtension>().DeactivateOnIdle(TestContext.Current.CancellationToken);
        Assert.Equal(Callers * Each, Number((await grain.Get("n"))!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Conditional_writes_of_many_callers_lose_no_update(bool isHere)
    {
        const int Callers = 16;
        const int Each = 100;
        var grain = Grain(isHere);
        await grain.Set("n", Write(0, null));
        var successes = 0;
        var refusals = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                var item = (await grain.Get("n"))!;
                var result = await grain.Set("n", Write(Number(item) + 1, item.UpdatedAt));
                Interlocked.Increment(ref result.Succeeded ? ref successes : ref refusals);
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(Callers * Each, successes + refusals);
        Assert.Equal(successes, Number((await grain.Get("n"))!));
        Assert.InRange(successes, Each, Callers * Each);
        Assert.NotEqual(0, refusals);
    }

    private static ItemWrite Write(long number, long? updatedAt) =>
        new(Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)), null, false, updatedAt, null);

    private static long Number(Item item) => long.Parse(item.Value.Span, CultureInfo.InvariantCulture);
}
