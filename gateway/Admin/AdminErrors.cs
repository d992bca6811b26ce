using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Why a request of the administration can be refused.</summary>
internal static class AdminErrors
{
    /// <summary>One answer for a missing, malformed, unknown, expired and revoked token.</summary>
    public static readonly StorageError TokenInvalid = new(
        StorageErrorCode.AdminTokenInvalid, "The administration takes Authorization: Bearer with an admin token that is good.");

    /// <summary>One answer for what does not exist and what belongs to another account; the grains say the same.</summary>
    public static readonly StorageError Unknown = new(StorageErrorCode.UnknownResource, "There is no such resource.");

    public static readonly StorageError NoUsableKey = new(
        StorageErrorCode.NoUsableKey, "There is no api key that can be used at present: make one, or enable it.");

    public static StorageError RoleDenied(AdminRole needed) =>
        new(StorageErrorCode.AdminRoleDenied, $"This takes an admin token with the role {AdminRoleNames.Of(needed)}.");

    public static readonly StorageError Operators = new(
        StorageErrorCode.AdminRoleDenied, "This takes an admin token of the root account with the role owner.");

    /// <summary>The refusal of a parameter of the query.</summary>
    public static StorageError Query(string name, string demand) => Invalid($"The query's '{name}' {demand}");

    public static StorageError OperatorOnly(string member) =>
        new(StorageErrorCode.AdminRoleDenied, $"The member '{member}' takes an owner of the root account.");

    public static StorageError Invalid(string message) => new(StorageErrorCode.InvalidArgument, message);

    /// <summary>The refusal of a member of a body.</summary>
    /// <param name="path">Such as <c>origins[0]</c>.</param>
    /// <param name="demand">What it must be.</param>
    public static StorageError Member(string path, string demand) => Invalid($"The member '{path}' {demand}");
}
