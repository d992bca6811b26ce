namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>A good signature of an object's id.</summary>
/// <param name="key">Keys, id, signature and the version that was asked for.</param>
/// <param name="version">Of the key that it was made with.</param>
internal sealed class VerifiedIdSignature(string key, int version) : VerifiedEntry(key, valueBytes: 0)
{
    public int Version => version;
}
