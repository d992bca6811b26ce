using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Memory;
using Vaultrice.Grains.StorageObjects;
using Vaultrice.Grains.Streaming;
using Vaultrice.Grains.Tests.Encryption;
using Vaultrice.Grains.Tests.Storage;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>One silo with storage objects on a store that can fail, a clock that stands still, and small limits.</summary>
public sealed class ObjectCluster : IAsyncLifetime
{
    public const int MaxConnections = 3;
    public const int MaxItemBytes = 1_000;
    public const int MaxObjectBytes = 4_000;
    public const int MaxItems = 40;
    public const int ResumeEvents = 8;

    private readonly InProcessTestCluster _cluster;
    private readonly FakeTimeProvider _snapshotClock = new();
    private readonly TempFolder _folder = new();
    private TestMasterKeys? _masterKey;

    public ObjectCluster()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddEngineGrainStorage("Default").AddEngineGrainStorage("PubSubStore").AddGatewayStreams();
            silo.Services.AddSingleton<IGrainStateStore>((MemoryStore)Store.Inner);
            silo.AddIncomingGrainCallFilter(call =>
                SettingsAreAway && call.MethodName == nameof(IProjectGrain.GetSnapshot) ? throw new TimeoutException("Told to fail.") : call.Invoke());
            silo.Services.AddSingleton<IObjectStore>(Store);
            silo.Services.AddSingleton(new MasterKeys(MasterKey, [], TimeSpan.FromSeconds(5), TimeProvider.System));
            silo.Services.AddStorageObjects();
            // Not told of changes as in a silo, so that a test decides when its objects know: see PutClass.
            silo.Services.AddSingleton(provider => new ProjectSnapshots(
                provider.GetRequiredService<IGrainFactory>(), _snapshotClock, NullLogger<ProjectSnapshots>.Instance));
            silo.Services.Configure<ObjectLimits>(limits =>
            {
                limits.ObjectConnections = MaxConnections;
                limits.ItemBytes = MaxItemBytes;
                limits.ObjectBytes = MaxObjectBytes;
                limits.ObjectItems = MaxItems;
            });
            silo.Services.Configure<StorageObjectOptions>(options => options.ResumeEvents = ResumeEvents);
            GrainClock.Use(silo, Clock);
        });
        _cluster = builder.Build();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal FaultyStore Store { get; } = new(new MemoryStore(NullLogger<MemoryStore>.Instance));

    /// <summary>The master keys, which can be out of reach.</summary>
    internal TestMasterKeys MasterKey => _masterKey ??= new(_folder["master.key"]);

    internal IServiceProvider Services => _cluster.Silos[0].ServiceProvider;

    /// <summary>Whether projects do not tell their settings; what the silo knows of them is asked for anew.</summary>
    public bool SettingsAreAway
    {
        get;
        set
        {
            field = value;
            _snapshotClock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public IClusterClient Client => _cluster.Silos[0].ServiceProvider.GetRequiredService<IClusterClient>();

    public async ValueTask InitializeAsync()
    {
        await _cluster.DeployAsync(TestContext.Current.CancellationToken);
        await PutClass("project", "class", null);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    internal TestObject NewObject() => NewObject("project", "class");

    internal TestObject NewObject(string projectId, string @class) => new(this, new(projectId, @class, Guid.NewGuid().ToString("N")));

    /// <summary>Changes the settings of a class; objects know with their next operation.</summary>
    /// <param name="isAtHand">Whether the silo knows them already; if not, an object has to ask.</param>
    internal async Task PutClass(string projectId, string @class, ClassSettings? settings, bool isAtHand = true)
    {
        var project = Client.GetGrain<IProjectGrain>(projectId);
        var entry = AuditEntry.OfServer(Now, "class.set", @class);
        await project.Create(Account.Root, projectId, entry);
        await project.Change(settings is null ? new ClassRemoved(@class) : new ClassSet(@class, settings), entry with { Id = AuditEntry.NewId() });
        _snapshotClock.Advance(TimeSpan.FromSeconds(1));
        if (isAtHand)
            await Services.GetRequiredService<ProjectSnapshots>().Get(projectId);
        Services.GetRequiredService<ClassRulesSource>().MayHaveChanged();
    }

    /// <summary>Deletes a project; objects know with their next operation.</summary>
    internal async Task Delete(string projectId)
    {
        await Client.GetGrain<IProjectGrain>(projectId).Delete(AuditEntry.OfServer(Now, "project.delete", projectId));
        _snapshotClock.Advance(TimeSpan.FromSeconds(1));
        Services.GetRequiredService<ClassRulesSource>().MayHaveChanged();
    }

    internal Task<TestGateway> NewGateway() => TestGateway.Open(Client);

    public void Advance(TimeSpan time) => Clock.Advance(time);
}

/// <summary>The tests that share the silo, one after the other, since they share its clock.</summary>
[CollectionDefinition(Name)]
public sealed class ObjectClusterTests : ICollectionFixture<ObjectCluster>
{
    public const string Name = "Storage objects on a silo";
}
