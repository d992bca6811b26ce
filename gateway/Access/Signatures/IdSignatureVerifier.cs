using System.Globalization;
using System.Runtime.CompilerServices;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>
/// Verifies signatures of object ids. A key is read once, and a signature verified once, for as long as the class's settings
/// stay as they are.
/// </summary>
internal sealed class IdSignatureVerifier
{
    private readonly ConditionalWeakTable<IdSignatureSettings, IdSignatureKeys> _keys = [];

    /// <summary>
    /// The version of the key that an id is signed with, or null. With a version named only that key will do; else the
    /// preferred keys are tried first, then all that are enabled.
    /// </summary>
    /// <param name="settings">The settings of the object's class.</param>
    /// <param name="id">The object's id, decoded.</param>
    /// <param name="signature">As sent.</param>
    /// <param name="keyVersion">As sent; null when none is named.</param>
    public int? Verify(IdSignatureSettings settings, string id, string signature, string? keyVersion)
    {
        int? version = null;
        if (keyVersion is not null)
        {
            if (!int.TryParse(keyVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var named))
                return null;
            version = named;
        }
        return _keys.GetValue(settings, static unread => new(unread)).Verify(id, signature, version);
    }
}
