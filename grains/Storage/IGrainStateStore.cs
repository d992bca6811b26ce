namespace Vaultrice.Grains.Storage;

/// <summary>Where an engine keeps the small states of other grains (projects, keys, subscriptions): opaque bytes under a key, with an etag.</summary>
public interface IGrainStateStore
{
    /// <summary>The state, or null if there is none.</summary>
    Task<(byte[] Data, string ETag)?> Read(string key);

    /// <summary>Writes if the present etag is the expected one (null: there is no state yet).</summary>
    /// <returns>The new etag, or null when the expectation did not hold.</returns>
    Task<string?> Write(string key, byte[] data, string? expectedETag);

    /// <summary>Deletes if the present etag is the expected one; no state at all counts as deleted.</summary>
    Task<bool> Delete(string key, string? expectedETag);
}
