using System.Security.Cryptography;
using Vaultrice.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// The master keys as the server uses them: the configured provider wraps, each key is unwrapped by whoever holds its master key,
/// so data can move from one provider to the other. Every call ends within a bound.
/// </summary>
internal sealed class MasterKeys(IMasterKeyProvider configured, IReadOnlyList<IMasterKeyProvider> others, TimeSpan timeout, TimeProvider time)
{
    /// <summary>A first call finds credentials and makes its connections; nobody waits for it but the start.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public string Provider => configured.Name;

    /// <summary>The same keys, waited for as long as a start may take.</summary>
    public MasterKeys ForStart() => new(configured, others, timeout > StartTimeout ? timeout : StartTimeout, time);

    /// <summary>Those of the options; the file counts as long as it is there.</summary>
    public static MasterKeys Of(MasterKeyOptions options, string dataFolder, TimeProvider time)
    {
        var file = new FileMasterKeys(options.Path ?? Path.Combine(Path.GetFullPath(dataFolder), "master.key"));
        var vault = options.KeyVaultKeyId is null ? null : KeyVaultMasterKeys.Of(options);
        return options.UsesVault
            ? new(vault!, [file], options.Timeout, time)
            : new(file, vault is null ? [] : [vault], options.Timeout, time);
    }

    /// <inheritdoc cref="IMasterKeyProvider.List"/>
    public Task<IReadOnlyList<string>> List() => Bounded(configured.List);

    /// <summary>Wraps a key by a master key that is known by its id, or by the newest of the configured provider.</summary>
    /// <exception cref="KeysUnavailableException">The master key is not there or out of reach.</exception>
    public Task<WrappedKey> Wrap(string? masterKeyId, ReadOnlyMemory<byte> key) =>
        Bounded(cancellationToken => (masterKeyId is null ? configured : HolderOf(masterKeyId)).Wrap(masterKeyId, key, cancellationToken));

    /// <inheritdoc cref="IMasterKeyProvider.Unwrap"/>
    public Task<byte[]> Unwrap(WrappedKey wrapped) =>
        Bounded(cancellationToken => HolderOf(wrapped.MasterKeyId).Unwrap(wrapped, cancellationToken));

    /// <summary>Turns a wrapped key into one that is wrapped by another master key.</summary>
    /// <exception cref="KeysUnavailableException">A master key is not there or out of reach.</exception>
    /// <exception cref="ObjectStoreException">What was wrapped was altered.</exception>
    public async Task<WrappedKey> Rewrap(WrappedKey wrapped, string masterKeyId)
    {
        byte[] plain;
        try
        {
            plain = await Unwrap(wrapped);
        }
        catch (CryptographicException e)
        {
            throw new ObjectStoreException($"A key that the master key '{wrapped.MasterKeyId}' has wrapped was altered.", e);
        }
        try
        {
            return await Wrap(masterKeyId, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <inheritdoc cref="IMasterKeyProvider.Renew"/>
    public Task<string> Renew() => Bounded(configured.Renew);

    /// <inheritdoc cref="IMasterKeyProvider.Drop"/>
    public async Task Drop(string masterKeyId)
    {
        if (Holder(masterKeyId) is { } holder)
        {
            await Bounded(async cancellationToken =>
            {
                await holder.Drop(masterKeyId, cancellationToken);
                return true;
            });
        }
    }

    private IMasterKeyProvider? Holder(string masterKeyId) =>
        configured.Knows(masterKeyId) ? configured : others.FirstOrDefault(other => other.Knows(masterKeyId));

    private IMasterKeyProvider HolderOf(string masterKeyId) =>
        Holder(masterKeyId) ?? throw new KeysUnavailableException(
            $"The data is encrypted with the master key '{masterKeyId}', which neither MasterKey:Path nor MasterKey:KeyVaultKeyId names: set one of them to it.");

    private async Task<T> Bounded<T>(Func<CancellationToken, Task<T>> call)
    {
        using var bound = new CancellationTokenSource(timeout, time);
        try
        {
            // Some credentials of a machine look at the token late, or never.
            return await call(bound.Token).WaitAsync(bound.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new KeysUnavailableException($"The master key was out of reach for {timeout.TotalSeconds} s.", e);
        }
    }
}
