using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Vaultrice.Grains.Storage;

/// <summary>Registers grain storage on the engine of <see cref="ObjectStoreRegistration.AddObjectStore"/>.</summary>
public static class EngineGrainStorageRegistration
{
    /// <param name="name">The provider's name: <c>Default</c>, <c>PubSubStore</c> or another.</param>
    public static ISiloBuilder AddEngineGrainStorage(this ISiloBuilder silo, string name)
    {
        silo.Services.AddGrainStorage(name, (provider, providerName) => new EngineGrainStorage(
            providerName,
            provider.GetRequiredService<IGrainStateStore>(),
            new OrleansGrainStorageSerializer(provider.GetRequiredService<Serializer>()),
            provider.GetRequiredService<IActivatorProvider>()));
        return silo;
    }
}
