using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Vaultrice.Grains.Storage;
using Vaultrice.Grains.Storage.Memory;
using Vaultrice.Grains.Storage.Sqlite;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.Storage;

public sealed class ObjectStoreRegistrationTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Storage:Engine", "Oracle", "Storage:Engine 'Oracle' is unknown; set it to Sqlite (the default) or, for tests only, Memory.")]
    [InlineData("Storage:Engine", "", "Storage:Engine '' is unknown; set it to Sqlite (the default) or, for tests only, Memory.")]
    [InlineData("Storage:Engine", "Postgres", "Storage:Engine 'Postgres' is not available yet in this version; set it to Sqlite (the default) or, for tests only, Memory.")]
    [InlineData("Storage:Engine", "azuretables", "Storage:Engine 'azuretables' is not available yet in this version; set it to Sqlite (the default) or, for tests only, Memory.")]
    [InlineData("Storage:Path", " ", "Storage:Path is empty; set it to the folder where the data is to be kept, for example ./data.")]
    [InlineData("MasterKey:Provider", "Oracle", "MasterKey:Provider 'Oracle' is unknown; set it to File (the default) or to AzureKeyVault.")]
    [InlineData("MasterKey:Provider", "AzureKeyVault", "MasterKey:KeyVaultKeyId is missing; set it to the key's address, for example https://my-vault.vault.azure.net/keys/vaultrice.")]
    [InlineData("MasterKey:KeyVaultKeyId", "http://v.vault.azure.net/keys/k", "MasterKey:KeyVaultKeyId 'http://v.vault.azure.net/keys/k' is no address of a key; set it to something like https://my-vault.vault.azure.net/keys/vaultrice.")]
    [InlineData("MasterKey:KeyVaultResource", "vault", "MasterKey:KeyVaultResource 'vault' cannot be used; set it to something like https://vault.azure.net, or remove it.")]
    [InlineData("MasterKey:Timeout", "00:00:00.09", "MasterKey:Timeout cannot be used: The field Timeout must be between 00:00:00.1000000 and 00:00:20. Change it in the configuration.")]
    [InlineData("MasterKey:Timeout", "00:00:20.1", "MasterKey:Timeout cannot be used: The field Timeout must be between 00:00:00.1000000 and 00:00:20. Change it in the configuration.")]
    public async Task A_setting_that_cannot_work_stops_the_start_with_a_sentence(string key, string value, string sentence)
    {
        using var host = Build((key, value));
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.Equal(sentence, failure.Message);
    }

    [Fact]
    public async Task The_store_is_open_once_the_host_has_started_and_closed_once_it_is_disposed()
    {
        using (var host = Build())
        {
            await host.StartAsync(Cancel);
            Assert.Throws<ObjectStoreException>(() => DataFolder.Claim(folder["data"]));
            await host.StopAsync(Cancel);
            await host.Services.GetRequiredService<IObjectStore>().Probe(Cancel);
        }
        DataFolder.Claim(folder["data"]).Dispose();
    }

    [Fact]
    public async Task Objects_and_grain_states_share_one_store()
    {
        using var host = Build(("Storage:Engine", "sqlite"));
        await host.StartAsync(Cancel);
        Assert.IsType<SqliteStore>(host.Services.GetRequiredService<IObjectStore>());
        Assert.Same(host.Services.GetRequiredService<IObjectStore>(), host.Services.GetRequiredService<IGrainStateStore>());
    }

    [Fact]
    public async Task The_memory_engine_touches_no_folder()
    {
        using var host = Build(("Storage:Engine", "Memory"));
        await host.StartAsync(Cancel);
        Assert.IsType<MemoryStore>(host.Services.GetRequiredService<IObjectStore>());
        Assert.Same(host.Services.GetRequiredService<IObjectStore>(), host.Services.GetRequiredService<IGrainStateStore>());
        Assert.False(Directory.Exists(folder["data"]));
    }

    private IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Storage:Path", folder["data"])]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Services.AddObjectStore();
        return builder.Build();
    }
}
