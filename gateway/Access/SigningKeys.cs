using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>The keys that tokens are signed and verified with, as of a minute ago at most.</summary>
internal sealed class SigningKeys(IGrainFactory grains, TimeProvider time)
{
    /// <summary>Well below the time for which a key is published before it signs.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>How often tokens that name unknown keys, which anybody can send, make us ask.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ImmutableArray<PublishedKey> _known = [];
    private Task? _asking;
    private long _askedAt;

    /// <summary>The key that signs now.</summary>
    public async ValueTask<ECDsaSecurityKey> Signing()
    {
        var known = await Known(MaxAge);
        var signing = SigningKey.Signing([.. known.Select(key => key.Key)], time.GetUtcNow().ToUnixTimeMilliseconds());
        return known.First(key => key.Key.Id == signing.Id).Pair;
    }

    /// <summary>The key of this id, or null.</summary>
    public async ValueTask<ECDsaSecurityKey?> Find(string keyId) =>
        Of(await Known(MaxAge), keyId) ?? Of(await Known(AskAgainAfter), keyId);

    /// <summary>All keys that are good for verification.</summary>
    public async ValueTask<ImmutableArray<ECDsaSecurityKey>> All() => [.. (await Known(MaxAge)).Select(key => key.Pair)];

    private static ECDsaSecurityKey? Of(ImmutableArray<PublishedKey> known, string keyId)
    {
        foreach (var key in known)
        {
            if (key.Key.Id == keyId)
                return key.Pair;
        }
        return null;
    }

    private async ValueTask<ImmutableArray<PublishedKey>> Known(TimeSpan maxAge)
    {
        Task asking;
        lock (_lock)
        {
            if (!_known.IsEmpty && time.GetElapsedTime(_askedAt) < maxAge)
                return _known;
            asking = _asking ??= Ask();
        }
        try
        {
            await asking;
        }
#pragma warning disable CA1031 // Whatever it was: what is known already goes on to be good, and is asked for again soon.
        catch (Exception) when (!_known.IsEmpty)
#pragma warning restore CA1031
        {
        }
        return _known;
    }

    private async Task Ask()
    {
        // The lock is left before anything happens.
        await Task.Yield();
        try
        {
            var published = await grains.GetGrain<ISigningKeysGrain>(0).Get();
            lock (_lock)
                _known = [.. published.Select(key => _known.FirstOrDefault(known => known.Key.Id == key.Id) ?? new(key, Import(key)))];
        }
        finally
        {
            lock (_lock)
            {
                _askedAt = time.GetTimestamp();
                _asking = null;
            }
        }
    }

    private static ECDsaSecurityKey Import(SigningKey key)
    {
        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(key.PrivateKey.Span, out _);
        return new(pair) { KeyId = key.Id };
    }

    private sealed record PublishedKey(SigningKey Key, ECDsaSecurityKey Pair);
}
