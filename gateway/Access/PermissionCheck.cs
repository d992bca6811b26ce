using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>Whether the caller may do this, and to this object.</summary>
internal sealed class PermissionCheck : IAccessCheck
{
    public string Name => "permission";

    public CheckResult Check(in AccessRequest request, Caller caller)
    {
        var needed = request.Operation.Needs();
        if (needed == Permissions.None)
            return CheckResult.Skipped("Nothing needs to be permitted for this.");
        var held = caller.Permissions & needed;
        if (held == Permissions.None)
        {
            var words = string.Join(" or ", PermissionNames.Of(needed));
            return CheckResult.Failed(StorageErrorCode.PermissionDenied, $"The api key or its token lacks the permission {words}.");
        }
        if (request.Class is { } @class && request.Id is { } id && !caller.Reaches(@class, id))
            return CheckResult.Failed(StorageErrorCode.ScopeDenied, "The api key or its token does not reach this object.");
        return CheckResult.Passed("The api key and its token permit it, for this object.");
    }
}
