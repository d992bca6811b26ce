using Vaultrice.Gateway.Quotas;

namespace Vaultrice.Gateway.Access.Signatures;

/// <summary>
/// Whether the object's id is signed by a key of its class. Where no signature is required one that is sent must still be good:
/// who signs wants to hear that it goes wrong before it is required.
/// </summary>
internal sealed class IdSignatureCheck(IdSignatureVerifier verifier, AddressLimits addresses, UseReports uses, TimeProvider time) : IAccessCheck
{
    public string Name => "idSignature";

    public CheckResult Check(in AccessRequest request, Caller caller)
    {
        if (request.Class is null || request.Id is null)
            return CheckResult.Skipped("No object is asked for.");
        if (caller.Project.ClassOf(request.Class).IdSignature is not { } settings)
            return CheckResult.Skipped("The class has no keys for signatures of ids.");
        if (string.IsNullOrEmpty(request.IdSignature))
        {
            return settings.Required
                ? CheckResult.Failed(StorageErrorCode.IdSignatureMissing, "Objects of this class need the signature of their id, which is missing.")
                : CheckResult.Skipped("The class asks for no signature, and none was sent.");
        }
        if (request.LeavesSignature)
            return CheckResult.Skipped("The signature is judged another time.");
        // A frame shows no signature: its socket did, once.
        var isShown = !request.IsRepeated && !request.IsFrame;
        var known = verifier.Find(settings, request.Id, request.IdSignature, request.IdSignatureKeyVersion);
        // Who keeps sending bad ones is not heard for a while; those known to be good cost nothing and stay good.
        if (known is null && isShown && addresses.RefuseSignature(request.Address) is { } refusal)
            return CheckResult.Failed(refusal, refusal.Message);
        if ((known ?? verifier.Verify(settings, request.Id, request.IdSignature, request.IdSignatureKeyVersion)) is not { } version)
        {
            if (isShown)
                addresses.CountBadSignature(request.Address);
            return CheckResult.Failed(
                new StorageError(StorageErrorCode.IdSignatureInvalid, "The signature is not one of this object's id."),
                request.IdSignatureKeyVersion is null
                    ? "No enabled key of the class verifies this signature of the id, read as hex, base64 or base64url."
                    : "The named version is none of the class's enabled keys, or its key does not verify this signature of the id.");
        }
        if (isShown && !request.IsExplained)
            uses.OfIdSignature(caller.ProjectId, request.Class, version).Add(time.GetUtcNow().ToUnixTimeMilliseconds());
        return CheckResult.Passed("The id is signed by an enabled key of the class.");
    }
}
