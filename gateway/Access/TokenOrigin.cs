using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>The origin that a token is bound to: the one its minting named.</summary>
/// <param name="Text">As browsers write it; null when the token is bound to none.</param>
internal readonly record struct TokenOrigin(string? Text)
{
    /// <summary>Reads the <c>Origin</c> header of a minting whose key allows it.</summary>
    /// <remarks>
    /// Pages without an origin of their own (files, sandboxes) say <c>null</c> or <c>file://</c>, and so do all others of their
    /// kind: a token cannot be bound to that. Anything else must be an origin, because a backend that wrote it wrong would
    /// believe its token to be bound.
    /// </remarks>
    public static StorageResult<TokenOrigin> Of(string? header)
    {
        if (string.IsNullOrEmpty(header) || header is "null" or "file://")
            return new TokenOrigin(null);
        return !header.Contains('*') && OriginRule.TryParse(header, out var origin)
            ? new TokenOrigin(origin.ToString())
            : new StorageError(StorageErrorCode.OriginMismatch, "The Origin header is no origin: send scheme://host[:port], or none.");
    }
}
