using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>The keys of one class, read once.</summary>
internal sealed class IdSignatureKeys
{
    /// <summary>How many keys are tried for one signature: each may cost a millisecond.</summary>
    public const int MaxTried = 8;

    // A long, an int, a short and what separates them.
    private const int MaxPrefix = 48;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ImmutableArray<(int Version, SignatureKey Key)> _keys;
    private readonly Verified<VerifiedIdSignature> _verified;
    private readonly long _scope;

    /// <param name="settings">Of the class.</param>
    /// <param name="verified">Where signatures are remembered that were found good.</param>
    public IdSignatureKeys(IdSignatureSettings settings, Verified<VerifiedIdSignature> verified)
    {
        (_verified, _scope) = (verified, verified.NewScope());
        var keys = settings.Keys.IsDefault ? [] : settings.Keys;
        _keys = [.. keys.Where(key => key.Enabled).OrderByDescending(key => key.Preferred).ThenByDescending(key => key.Version).Select(Read).OfType<(int, SignatureKey)>()];
    }

    /// <summary>The version of the key that an id is signed with, if that was found before.</summary>
    public int? Find(string id, string signature, int? version)
    {
        if (IsTooLong(id, signature))
            return null;
        Span<char> key = stackalloc char[MaxPrefix + id.Length + signature.Length];
        return _verified.Find(key[..WriteKey(key, id, signature, version)])?.Version;
    }

    /// <summary>The version of the key that an id is signed with, or null if it is with none of those that are tried.</summary>
    /// <param name="id">The id as addressed, decoded.</param>
    /// <param name="signature">As sent.</param>
    /// <param name="version">The only version that will do; null for any.</param>
    public int? Verify(string id, string signature, int? version)
    {
        if (Find(id, signature, version) is { } known)
            return known;
        if (Try(id, signature, version) is not { } found)
            return null;
        Span<char> key = stackalloc char[MaxPrefix + id.Length + signature.Length];
        return _verified.Add(new(new(key[..WriteKey(key, id, signature, version)]), found)).Version;
    }

    /// <summary>No signature is as long, and no object has such an id.</summary>
    private static bool IsTooLong(string id, string signature) =>
        id.Length > StorageObjectId.MaxPartBytes || signature.Length > SignatureText.MaxLength;

    /// <summary>With the id's length no other id and signature come to the same text.</summary>
    private int WriteKey(Span<char> key, string id, string signature, int? version) =>
        key.TryWrite(CultureInfo.InvariantCulture, $"{_scope}:{version}:{id.Length}:{id}{signature}", out var length)
            ? length
            : throw new InvalidOperationException("A key was longer than its parts.");

    private int? Try(string id, string signature, int? version)
    {
        if (IsTooLong(id, signature))
            return null;
        byte[] data;
        try
        {
            data = StrictUtf8.GetBytes(id);
        }
        catch (EncoderFallbackException)
        {
            // Ids that are no Unicode would all look the same.
            return null;
        }
        var left = MaxTried;
        foreach (var reading in SignatureText.Readings(signature))
        {
            foreach (var (candidate, key) in _keys)
            {
                if ((version is not null && version != candidate) || !key.Fits(reading))
                    continue;
                if (left-- == 0)
                    return null;
                if (key.Verify(data, reading))
                    return candidate;
            }
        }
        return null;
    }

    /// <summary>A key that cannot be read verifies nothing; the administration takes none of that kind.</summary>
    private static (int, SignatureKey)? Read(IdSignatureKey key)
    {
        try
        {
            return (key.Version, SignatureKey.Read(key.Algorithm, key.PublicKey, key.Secret));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
