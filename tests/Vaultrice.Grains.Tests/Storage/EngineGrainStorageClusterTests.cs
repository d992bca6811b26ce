using Microsoft.Extensions.Configuration;
using Orleans.TestingHost;
using Vaultrice.Grains.Storage;
using Xunit;

namespace Vaultrice.Grains.Tests.Storage;

public sealed class EngineGrainStorageClusterTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Default")]
    [InlineData("PubSubStore")]
    public async Task A_grain_finds_its_state_after_the_silo_was_stopped(string provider)
    {
        await using (var cluster = await Start(provider))
            await cluster.Client.GetGrain<INoteGrain>(provider).Write("hello");
        await using (var cluster = await Start(provider))
            Assert.Equal("hello", await cluster.Client.GetGrain<INoteGrain>(provider).Read());
    }

    private async Task<InProcessTestCluster> Start(string provider)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Configuration.AddInMemoryCollection([new("Storage:Path", folder["data"])]);
            host.Services.AddObjectStore();
        });
        builder.ConfigureSilo((_, silo) => silo.AddEngineGrainStorage(provider));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}

/// <summary>A grain with a state in the provider that its key names.</summary>
[Alias("vaultrice.tests.INoteGrain")]
public interface INoteGrain : IGrainWithStringKey
{
    [Alias("Write")]
    Task Write(string text);

    [Alias("Read")]
    Task<string> Read();
}

[GrainType("vaultrice.tests.note")]
public sealed class NoteGrain(IGrainContext context, IPersistentStateFactory states) : Grain, INoteGrain
{
    private readonly IPersistentState<EngineGrainStorageTests.TestState> state =
        states.Create<EngineGrainStorageTests.TestState>(context, new PersistentStateAttribute("note", context.GrainId.Key.ToString()));

    public Task Write(string text)
    {
        state.State.Text = text;
        return state.WriteStateAsync();
    }

    public Task<string> Read() => Task.FromResult(state.State.Text);
}
