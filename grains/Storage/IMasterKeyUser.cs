using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage;

/// <summary>An engine that encrypts everything it stores under a key of its own, which the master key wraps.</summary>
internal interface IMasterKeyUser
{
    /// <summary>The engine's own key as it is wrapped at present.</summary>
    Task<WrappedKey> ReadWrappedKey();

    /// <summary>Replaces the wrapping; returns once that is durable. What is encrypted stays as it is.</summary>
    Task WriteWrappedKey(WrappedKey wrapped);
}
