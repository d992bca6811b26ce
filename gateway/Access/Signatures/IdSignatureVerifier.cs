using System.Globalization;
using System.Runtime.CompilerServices;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>
/// Verifies signatures of object ids. A key is read once, and a signature verified once, for as long as the class's settings
/// stay as they are.
/// </summary>
internal sealed class IdSignatureVerifier(Verified<VerifiedIdSignature> verified)
{
    private readonly ConditionalWeakTable<IdSignatureSettings, Lazy<IdSignatureKeys>> _keys = [];

    /// <summary>The version of the key that an id is signed with, if that was found before; costs no signature.</summary>
    public int? Find(IdSignatureSettings settings, string id, string signature, string? keyVersion) =>
        TryReadVersion(keyVersion, out var version) ? KeysOf(settings).Find(id, signature, version) : null;

    /// <summary>
    /// The version of the key that an id is signed with, or null. With a version named only that key will do; else the
    /// preferred keys are tried first, then the others that are enabled, the newest first, up to
    /// <see cref="IdSignatureKeys.MaxTried"/> that may have made a signature of this form.
    /// </summary>
    /// <param name="settings">The settings of the object's class.</param>
    /// <param name="id">The object's id, decoded.</param>
    /// <param name="signature">As sent.</param>
    /// <param name="keyVersion">As sent; null when none is named.</param>
    public int? Verify(IdSignatureSettings settings, string id, string signature, string? keyVersion) =>
        TryReadVersion(keyVersion, out var version) ? KeysOf(settings).Verify(id, signature, version) : null;

    // The table may make a value for each of those who ask at once; the keys are read by one of them only.
    private IdSignatureKeys KeysOf(IdSignatureSettings settings) =>
        _keys.GetOrAdd(settings, static (unread, verified) => new(() => new(unread, verified)), verified).Value;

    private static bool TryReadVersion(string? text, out int? version)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var named);
        version = isNumber ? named : null;
        return isNumber || text is null;
    }
}
