using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Grains.Storage.Memory;
using Vaultrice.Grains.Storage.Sqlite;

namespace Vaultrice.Grains.Storage;

/// <summary>Registers the store that the configuration asks for.</summary>
public static class ObjectStoreRegistration
{
    /// <summary>
    /// Adds <see cref="IObjectStore"/>, <see cref="IGrainStateStore"/> and the sweep of expired records. The store opens before any
    /// hosted service starts, since the sweep, one of them, needs it to be made; and it closes with the container,
    /// after the silo has written its last change.
    /// </summary>
    public static IServiceCollection AddObjectStore(this IServiceCollection services)
    {
        services.AddSettings<StorageOptions>(StorageOptions.Section);
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsCheck>();
        services.AddSettings<MasterKeyOptions>(MasterKeyOptions.Section);
        services.AddSingleton<IValidateOptions<MasterKeyOptions>, MasterKeyOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => MasterKeys.Of(
            provider.GetRequiredService<IOptions<MasterKeyOptions>>().Value,
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.Path,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(OpenSqlite);
        services.AddSingleton<MemoryStore>();
        services.AddSingleton<IObjectStore>(provider => UsesMemory(provider)
            ? provider.GetRequiredService<MemoryStore>()
            : provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IGrainStateStore>(provider => UsesMemory(provider)
            ? provider.GetRequiredService<MemoryStore>()
            : provider.GetRequiredService<SqliteStore>());
        services.AddHostedService<ExpirySweep>();
        return services;
    }

    private static bool UsesMemory(IServiceProvider provider) =>
        StorageEngines.Is(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Engine, StorageEngines.Memory);

    private static SqliteStore OpenSqlite(IServiceProvider provider) =>
        SqliteStore.Open(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value.Path,
            provider.GetRequiredService<MasterKeys>().ForStart(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SqliteStore>>());
}
