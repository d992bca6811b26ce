using Vaultrice.Grains.Storage;

namespace Vaultrice.Grains.Tests.Storage.Sqlite;

public sealed class SqliteStoreTests : ObjectStoreContract, IDisposable
{
    private readonly SqliteFixture sqlite = new();

    public SqliteStoreTests() => Store = sqlite.Open();

    private protected override IObjectStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}

/// <summary>The same with every commit by the journal.</summary>
public sealed class SqliteJournalStoreTests : ObjectStoreContract, IDisposable
{
    private readonly SqliteFixture sqlite = new() { Bounds = JournalTests.Tight };

    public SqliteJournalStoreTests() => Store = sqlite.Open();

    private protected override IObjectStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}

/// <summary>The same with every commit by the journal.</summary>
public sealed class SqliteJournalSweepTests : SweepContract, IDisposable
{
    private readonly SqliteFixture sqlite = new() { Bounds = JournalTests.Tight };

    public SqliteJournalSweepTests() => Store = sqlite.Open();

    private protected override IObjectStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}

public sealed class SqliteSweepTests : SweepContract, IDisposable
{
    private readonly SqliteFixture sqlite = new();

    public SqliteSweepTests() => Store = sqlite.Open();

    private protected override IObjectStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}

public sealed class SqliteGrainStateTests : GrainStateStoreContract, IDisposable
{
    private readonly SqliteFixture sqlite = new();

    public SqliteGrainStateTests() => Store = sqlite.Open();

    private protected override IGrainStateStore Store { get; }

    public void Dispose() => sqlite.Dispose();
}
