using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Vaultrice.Grains.Storage;

/// <summary>Keeps ordinary grain states in the engine that keeps the objects.</summary>
internal sealed class EngineGrainStorage(
    string name, IGrainStateStore store, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await store.Read(KeyOf(stateName, grainId));
        grainState.State = stored is var (data, _) ? serializer.Deserialize<T>(data) : activators.GetActivator<T>().Create();
        grainState.ETag = stored?.ETag;
        grainState.RecordExists = stored is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = KeyOf(stateName, grainId);
        grainState.ETag = await store.Write(key, serializer.Serialize(grainState.State).ToArray(), grainState.ETag)
            ?? throw Conflict(key, grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = KeyOf(stateName, grainId);
        if (!await store.Delete(key, grainState.ETag))
            throw Conflict(key, grainState.ETag);
        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private string KeyOf(string stateName, GrainId grainId) => $"{name}/{stateName}/{grainId}";

    private static InconsistentStateException Conflict(string key, string? expected) =>
        new($"The state '{key}' was changed by another activation.", storedEtag: "unknown", currentEtag: expected);
}
