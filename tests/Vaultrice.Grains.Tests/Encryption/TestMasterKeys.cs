using Vaultrice.Encryption;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Tests.Encryption;

/// <summary>Master keys of a file, which can be out of reach like a vault, and which count how often they were used.</summary>
internal sealed class TestMasterKeys(string path) : IMasterKeyProvider
{
    private readonly FileMasterKeys _file = new(path);

    public bool IsAway { get; set; }

    /// <summary>Whether it gets out of reach with the next renewal.</summary>
    public bool LeavesWhenRenewed { get; set; }

    public int Unwrapped { get; private set; }

    public string Name => _file.Name;

    public bool Knows(string masterKeyId) => _file.Knows(masterKeyId);

    public Task<IReadOnlyList<string>> List(CancellationToken cancellationToken) => Present().List(cancellationToken);

    public Task<WrappedKey> Wrap(string? masterKeyId, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        Present().Wrap(masterKeyId, key, cancellationToken);

    public Task<byte[]> Unwrap(WrappedKey wrapped, CancellationToken cancellationToken)
    {
        Unwrapped++;
        return Present().Unwrap(wrapped, cancellationToken);
    }

    public async Task<string> Renew(CancellationToken cancellationToken)
    {
        var renewed = await Present().Renew(cancellationToken);
        IsAway = LeavesWhenRenewed;
        return renewed;
    }

    public Task Drop(string masterKeyId, CancellationToken cancellationToken) => Present().Drop(masterKeyId, cancellationToken);

    private FileMasterKeys Present() => IsAway ? throw new KeysUnavailableException("The master key was told to be away.") : _file;
}
