namespace Vaultrice.Gateway.Access;

/// <summary>An access token whose signature was good, and whom it made of whoever used it last.</summary>
/// <param name="text">The token, without anything around it.</param>
/// <param name="claims">What it says.</param>
internal sealed class VerifiedToken(string text, AccessClaims claims) : VerifiedEntry(text, valueBytes: 0)
{
    public AccessClaims Claims => claims;

    public Caller? Caller { get; set; }
}
