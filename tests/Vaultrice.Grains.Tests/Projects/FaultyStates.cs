using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>A store of grain states whose writes can be made to fail, before or after they happened.</summary>
internal sealed class FaultyStates(IGrainStateStore inner) : IGrainStateStore
{
    private readonly Lock _lock = new();
    private readonly List<string> _keys = [];
    private (string Part, bool After)? _next;

    /// <summary>The keys that were ever written, with this in them.</summary>
    public string KeyOf(string part)
    {
        lock (_lock)
            return _keys.Distinct().Single(key => key.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The next write to a key that holds this fails.</summary>
    public void FailNext(string part, bool after = false)
    {
        lock (_lock)
            _next = (part, after);
    }

    public Task<(byte[] Data, string ETag)?> Read(string key) => inner.Read(key);

    public async Task<string?> Write(string key, byte[] data, string? expectedETag)
    {
        var fails = false;
        var after = false;
        lock (_lock)
        {
            _keys.Add(key);
            if (_next is var (part, failsAfter) && key.Contains(part, StringComparison.Ordinal))
            {
                (fails, after, _next) = (true, failsAfter, null);
            }
        }
        if (fails && !after)
            throw new ObjectStoreException("Told to fail.");
        var etag = await inner.Write(key, data, expectedETag);
        return fails ? throw new ObjectStoreException("Told to fail.") : etag;
    }

    public Task<bool> Delete(string key, string? expectedETag) => inner.Delete(key, expectedETag);
}
