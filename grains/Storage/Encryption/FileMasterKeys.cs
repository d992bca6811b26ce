using Vaultrice.Encryption;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>Master keys in a file of this machine; the newest wraps, the others unwrap until they are dropped.</summary>
internal sealed class FileMasterKeys(string path) : IMasterKeyProvider
{
    public const string ProviderName = "File";

    private readonly Lock gate = new();
    private IReadOnlyList<MasterKey> keys = [];

    public string Name => ProviderName;

    public string Path => path;

    public bool Knows(string masterKeyId) => !masterKeyId.Contains('/');

    public Task<IReadOnlyList<string>> List(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            keys = MasterKeyFile.Read(path);
            return Task.FromResult<IReadOnlyList<string>>([.. keys.Select(key => key.Id)]);
        }
    }

    /// <summary>Wraps a key; the very first one makes the file.</summary>
    public Task<WrappedKey> Wrap(string? masterKeyId, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var master = masterKeyId is null ? Newest() : Find(masterKeyId);
        return Task.FromResult(new WrappedKey(master.Id, master.Wrap(key.Span)));
    }

    public Task<byte[]> Unwrap(WrappedKey wrapped, CancellationToken cancellationToken) =>
        Task.FromResult(Find(wrapped.MasterKeyId).Unwrap(wrapped.Bytes.Span));

    public Task<string> Renew(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var key = MasterKey.Create();
            Write([.. MasterKeyFile.Read(path), key]);
            return Task.FromResult(key.Id);
        }
    }

    public Task Drop(string masterKeyId, CancellationToken cancellationToken)
    {
        lock (gate)
            Write([.. MasterKeyFile.Read(path).Where(key => key.Id != masterKeyId)]);
        return Task.CompletedTask;
    }

    private MasterKey Newest()
    {
        lock (gate)
        {
            // Read again: a key that somebody has added by hand, maybe on every machine of a cluster, counts from now on.
            keys = MasterKeyFile.Read(path);
            if (keys.Count == 0)
                Write([MasterKey.Create()]);
            return keys[^1];
        }
    }

    private MasterKey Find(string id)
    {
        lock (gate)
        {
            if (keys.FirstOrDefault(key => key.Id == id) is { } known)
                return known;
            keys = MasterKeyFile.Read(path);
            return keys.FirstOrDefault(key => key.Id == id) ?? throw new KeysUnavailableException(keys.Count == 0
                ? $"The master key file '{path}' is missing, and the data is encrypted with it: put back the file with the key '{id}' from your backup."
                : $"The master key file '{path}' holds the key '{string.Join("', '", keys.Select(key => key.Id))}', but the data is encrypted with '{id}': put back the file with that key.");
        }
    }

    private void Write(IReadOnlyList<MasterKey> changed)
    {
        MasterKeyFile.Write(path, changed);
        keys = changed;
    }
}
