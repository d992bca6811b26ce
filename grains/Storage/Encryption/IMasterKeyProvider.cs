using Vaultrice.Encryption;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>A key as a master key has wrapped it.</summary>
/// <param name="MasterKeyId">The master key, with its version.</param>
/// <param name="Bytes">What only this master key turns into the key again.</param>
internal readonly record struct WrappedKey(string MasterKeyId, ReadOnlyMemory<byte> Bytes);

/// <summary>Who holds master keys: wraps other keys with them and unwraps them, and never hands one out.</summary>
internal interface IMasterKeyProvider
{
    /// <summary>As <c>MasterKey:Provider</c> names it.</summary>
    string Name { get; }

    /// <summary>Whether an id is one of this provider's, be the key there or not.</summary>
    bool Knows(string masterKeyId);

    /// <summary>The keys that are there, the one that wraps last.</summary>
    /// <exception cref="KeysUnavailableException">They are out of reach.</exception>
    Task<IReadOnlyList<string>> List(CancellationToken cancellationToken);

    /// <summary>Wraps a key.</summary>
    /// <param name="masterKeyId">The master key; null for the newest.</param>
    /// <exception cref="KeysUnavailableException">The master key is not there or out of reach.</exception>
    Task<WrappedKey> Wrap(string? masterKeyId, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>The key that was wrapped. The caller overwrites it when done.</summary>
    /// <exception cref="KeysUnavailableException">The master key is not there or out of reach.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was altered.</exception>
    Task<byte[]> Unwrap(WrappedKey wrapped, CancellationToken cancellationToken);

    /// <summary>The id of a new key or, where the provider's own administration makes them, of the newest.</summary>
    /// <exception cref="KeysUnavailableException">It cannot be made or found.</exception>
    Task<string> Renew(CancellationToken cancellationToken);

    /// <summary>Forgets a key for good, if forgetting it is this provider's business.</summary>
    /// <exception cref="KeysUnavailableException">It could not be forgotten.</exception>
    Task Drop(string masterKeyId, CancellationToken cancellationToken);
}
