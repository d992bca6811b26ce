using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Memory;
using Xunit;

namespace Vaultrice.Grains.Tests.Storage;

public sealed class EngineGrainStorageTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private readonly MemoryStore store = new(NullLogger<MemoryStore>.Instance);
    private readonly GrainId id = GrainId.Create("project", "p");

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task A_state_never_written_is_a_new_one()
    {
        var state = await Read(Storage("Default"));
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State!.Text);
    }

    [Fact]
    public async Task A_written_state_is_read_again()
    {
        await Write(Storage("Default"), new(), "hello");
        var state = await Read(Storage("Default"));
        Assert.True(state.RecordExists);
        Assert.Equal("hello", state.State!.Text);
        await Write(Storage("Default"), state, "again");
        Assert.Equal("again", (await Read(Storage("Default"))).State!.Text);
    }

    [Fact]
    public async Task Providers_and_state_names_are_kept_apart()
    {
        await Write(Storage("Default"), new(), "hello");
        Assert.False((await Read(Storage("PubSubStore"))).RecordExists);
        var other = new GrainState<TestState>();
        await Storage("Default").ReadStateAsync("other", id, other);
        Assert.False(other.RecordExists);
    }

    [Fact]
    public async Task A_stale_activation_neither_writes_nor_clears()
    {
        await Write(Storage("Default"), new(), "first");
        var stale = await Read(Storage("Default"));
        await Write(Storage("Default"), await Read(Storage("Default")), "second");

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Storage("Default"), stale, "third"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage("Default").ClearStateAsync("state", id, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Storage("Default"), new(), "third"));
        Assert.Equal("second", (await Read(Storage("Default"))).State!.Text);
    }

    [Fact]
    public async Task A_cleared_state_is_a_new_one_that_can_be_written()
    {
        await Write(Storage("Default"), new(), "hello");
        var state = await Read(Storage("Default"));
        await Storage("Default").ClearStateAsync("state", id, state);
        Assert.False(state.RecordExists);
        Assert.Equal("", state.State!.Text);
        Assert.False((await Read(Storage("Default"))).RecordExists);
        await Write(Storage("Default"), state, "again");
        Assert.Equal("again", (await Read(Storage("Default"))).State!.Text);
    }

    private EngineGrainStorage Storage(string name) => new(
        name,
        store,
        new OrleansGrainStorageSerializer(services.GetRequiredService<Serializer>()),
        services.GetRequiredService<IActivatorProvider>());

    private async Task<GrainState<TestState>> Read(EngineGrainStorage storage)
    {
        var state = new GrainState<TestState>();
        await storage.ReadStateAsync("state", id, state);
        return state;
    }

    private async Task Write(EngineGrainStorage storage, GrainState<TestState> state, string text)
    {
        state.State = new() { Text = text };
        await storage.WriteStateAsync("state", id, state);
    }

    [GenerateSerializer, Alias("vaultrice.tests.TestState")]
    public sealed class TestState
    {
        [Id(0)]
        public string Text { get; set; } = "";
    }
}
