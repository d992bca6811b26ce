using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Core.Internal;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;
using Vaultrice.Grains.Projects;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Memory;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.Grains.Streaming;
using Vaultrice.Grains.Tests.Encryption;
using Vaultrice.Grains.Tests.Storage;
using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>One silo with projects and accounts, whose states can be made to fail and be tampered with.</summary>
public sealed class AdministrationCluster : IAsyncLifetime
{
    public const int MaxProjectBytes = 64 * 1024;

    private readonly TempFolder _folder = new();
    private readonly InProcessTestCluster _cluster;

    public AdministrationCluster()
    {
        var memory = new MemoryStore(NullLogger<MemoryStore>.Instance);
        States = new(memory);
        Objects = memory;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddEngineGrainStorage("Default").AddEngineGrainStorage("PubSubStore").AddGatewayStreams();
            silo.Services.AddSingleton<IObjectStore>(memory);
            silo.Services.AddSingleton<IGrainStateStore>(States);
            silo.Services.AddSingleton(new MasterKeys(new TestMasterKeys(_folder["master.key"]), [], TimeSpan.FromSeconds(5), TimeProvider.System));
            silo.Services.AddStorageObjects();
            silo.Services.AddProjectSnapshots();
            silo.Services.Configure<AdministrationLimits>(limits => limits.ProjectBytes = MaxProjectBytes);
            GrainClock.Use(silo, Clock);
        });
        _cluster = builder.Build();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal FaultyStates States { get; }

    internal IObjectStore Objects { get; }

    /// <summary>The silo's snapshots.</summary>
    internal ProjectSnapshots Snapshots => _cluster.Silos[0].ServiceProvider.GetRequiredService<ProjectSnapshots>();

    public IGrainFactory Grains => _cluster.Client;

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The snapshots' question for changes waits by the clock that stands still, and the silo half a minute for its answer.
        await ((IHostedLifecycleService)Snapshots).StoppingAsync(CancellationToken.None);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    internal AuditEntry Entry(string action) => AuditEntry.OfServer(Clock.GetUtcNow().ToUnixTimeMilliseconds(), action, "target");

    /// <summary>A project that exists.</summary>
    internal async Task<(string Id, IProjectGrain Grain)> NewProject()
    {
        var id = ProjectSnapshot.NewId();
        var project = Grains.GetGrain<IProjectGrain>(id);
        Assert.Null(await project.Create(Account.Root, "name", Entry("project.create")));
        return (id, project);
    }

    /// <summary>Changes what is stored behind a grain's back; the grain finds it when it is active again.</summary>
    internal async Task Tamper<T>(string keyPart, IAddressable grain, Func<T, T> change)
    {
        await Deactivate(grain);
        var serializer = new OrleansGrainStorageSerializer(_cluster.Silos[0].ServiceProvider.GetRequiredService<Serializer>());
        var key = States.KeyOf(keyPart);
        var (data, etag) = (await States.Read(key))!.Value;
        var changed = change(serializer.Deserialize<T>(data)!);
        Assert.NotNull(await States.Write(key, serializer.Serialize(changed).ToArray(), etag));
    }

    internal async Task Deactivate(IAddressable grain)
    {
        await grain.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        var management = Grains.GetGrain<IManagementGrain>(0);
        while (await management.GetActivationAddress(grain) is not null)
            await Task.Yield();
    }
}

/// <summary>The tests that share the silo.</summary>
[CollectionDefinition(Name)]
public sealed class AdministrationClusterTests : ICollectionFixture<AdministrationCluster>
{
    public const string Name = "Administration on a silo";
}
