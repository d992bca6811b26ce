using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>
/// Says whether the class asks who joins or sends. It refuses nobody: the proof is judged with the payload, by
/// <see cref="IdentityVerifier"/>, once that is read.
/// </summary>
internal sealed class IdentityCheck : IAccessCheck
{
    public string Name => "identity";

    public CheckResult Check(in AccessRequest request, Caller caller)
    {
        if (request.Operation is not (AccessOperation.Join or AccessOperation.Send) || request.Class is null)
            return CheckResult.Skipped("Only who joins or sends is asked who they are.");
        return caller.Project.ClassOf(request.Class).Identity?.Mode switch
        {
            IdentityMode.UserIdSignature => CheckResult.Passed("The class asks for the signature of the payload's user id; it is checked when the payload is there."),
            IdentityMode.Jwt => CheckResult.Passed("The class asks for an identity token; it is checked when the payload is there."),
            _ => CheckResult.Skipped("The class does not ask who joins or sends."),
        };
    }
}
