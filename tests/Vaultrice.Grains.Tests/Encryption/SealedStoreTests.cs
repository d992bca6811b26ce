using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Grains.Encryption;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Memory;
using Vaultrice.Grains.Tests.Storage;
using Vaultrice.Grains.Tests.Storage.Sqlite;
using Vaultrice.Grains.Tests.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Encryption;

/// <summary>Sealed values keep every promise of an engine.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class SealedMemoryStoreTests(ObjectCluster cluster) : ObjectStoreContract
{
    private protected override IObjectStore Store { get; } = new SealedStore(
        new MemoryStore(NullLogger<MemoryStore>.Instance), cluster.Services.GetRequiredService<ProjectKeys>());
}

[Collection(ObjectClusterTests.Name)]
public sealed class SealedSqliteStoreTests : ObjectStoreContract, IDisposable
{
    private readonly SqliteFixture sqlite = new();

    public SealedSqliteStoreTests(ObjectCluster cluster) =>
        Store = new SealedStore(sqlite.Open(), cluster.Services.GetRequiredService<ProjectKeys>());

    private protected override IObjectStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}

[Collection(ObjectClusterTests.Name)]
public sealed class SealedSweepTests(ObjectCluster cluster) : SweepContract
{
    private protected override IObjectStore Store { get; } = new SealedStore(
        new MemoryStore(NullLogger<MemoryStore>.Instance), cluster.Services.GetRequiredService<ProjectKeys>());
}
