using Microsoft.Extensions.Logging.Abstractions;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Memory;

namespace Vaultrice.Grains.Tests.Storage.Memory;

public sealed class MemoryStoreTests : ObjectStoreContract
{
    private protected override IObjectStore Store { get; } = new MemoryStore(NullLogger<MemoryStore>.Instance);
}

public sealed class MemorySweepTests : SweepContract
{
    private protected override IObjectStore Store { get; } = new MemoryStore(NullLogger<MemoryStore>.Instance);
}

public sealed class MemoryGrainStateTests : GrainStateStoreContract
{
    private protected override IGrainStateStore Store { get; } = new MemoryStore(NullLogger<MemoryStore>.Instance);
}
