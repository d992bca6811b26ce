using Vaultrice.Gateway.Access;

namespace Vaultrice.Gateway.Quotas;

/// <summary>Whether there is still something left of what the caller's scopes may take; the last check but for the signature, which costs.</summary>
internal sealed class LimitsCheck(ProjectLimits projects, AddressLimits addresses) : IAccessCheck
{
    public string Name => "limits";

    public CheckResult Check(in AccessRequest request, Caller caller)
    {
        if (request.IsRepeated || request.IsExplained)
            return CheckResult.Skipped("Limits count requests, and this is none of its own.");
        var refusal = request.Operation is AccessOperation.Send or AccessOperation.Join
            ? addresses.TakeMessage(request.Address) ?? Take(request, caller, request.IsFrame ? Uses.Message : Uses.Request | Uses.Message)
            : Take(request, caller, Uses.Request);
        return refusal is null
            ? CheckResult.Passed("No limit is reached.")
            : CheckResult.Failed(refusal, refusal.Message);
    }

    private StorageError? Take(in AccessRequest request, Caller caller, Uses uses) =>
        projects.Take(caller.Project, caller.ApiKey, request.Class, request.Id, uses);
}
