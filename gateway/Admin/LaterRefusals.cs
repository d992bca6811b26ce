using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Http;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// Explains what is refused only after the gate, by the call or its object, as far as it is about access. No check of the gate,
/// because every request would pay for it.
/// </summary>
internal static class LaterRefusals
{
    private const string OfOrigin = "tokenOrigin";
    private const string OfEncryption = "encryption";

    /// <param name="request">As the gate was asked.</param>
    /// <param name="asked">What is to be explained.</param>
    /// <param name="caller">Whose credentials they are; null when they are nobody's.</param>
    /// <param name="isRefused">Whether the gate refuses it: then no object is asked.</param>
    /// <param name="grains">Where the object is.</param>
    public static async ValueTask<ExplainedCheck> Explain(AccessRequest request, ExplainBody asked, Caller? caller, bool isRefused, IGrainFactory grains)
    {
        var isMinting = request.Operation == AccessOperation.MintToken;
        if (caller is null)
            return new(isMinting ? OfOrigin : OfEncryption, ExplainedResult.Skipped, "Without good credentials there is nothing to check.");
        return isMinting ? Origin(request.Origin)
            : asked.Operation == "encryption" ? await Settings(request, caller, isRefused, grains)
            : Data(request, asked, caller);
    }

    private static ExplainedCheck Origin(string? origin) => TokenOrigin.Of(origin) switch
    {
        { Succeeded: false, Error: var error } => new(OfOrigin, ExplainedResult.Failed, error.Message),
        { Value.Text: null } => new(OfOrigin, ExplainedResult.Skipped, "No origin was sent that a token could be bound to."),
        _ => new(OfOrigin, ExplainedResult.Passed, "The token is bound to this origin."),
    };

    private static async ValueTask<ExplainedCheck> Settings(AccessRequest request, Caller caller, bool isRefused, IGrainFactory grains)
    {
        if (isRefused)
            return new(OfEncryption, ExplainedResult.Skipped, "It is refused before the object is asked.");
        if (caller.Permissions.HasFlag(Permissions.Write))
            return new(OfEncryption, ExplainedResult.Passed, "The permission write makes the object's first encryption settings if there are none.");
        // As the call itself asks for whoever may not write: that makes none.
        var id = new StorageObjectId(request.ProjectId, request.Class!, request.Id!);
        var settings = await grains.GetGrain<IStorageObjectGrain>(id.ToString()).GetEncryption(saltLength: null, mayMake: false);
        return settings.Succeeded
            ? new(OfEncryption, ExplainedResult.Passed, "The object has encryption settings.")
            : new(OfEncryption, ExplainedResult.Failed, settings.Error.Message);
    }

    private static ExplainedCheck Data(AccessRequest request, ExplainBody asked, Caller caller)
    {
        if (request.Operation is not (AccessOperation.Write or AccessOperation.Send or AccessOperation.Join) || asked.Operation == "leave")
            return new(OfEncryption, ExplainedResult.Skipped, "This brings no data.");
        if (caller.Project.ClassOf(request.Class!).Encryption is not { Required: true })
            return new(OfEncryption, ExplainedResult.Skipped, "The class takes plain data too.");
        if (ObjectsApi.Operations.Contains(asked.Operation))
            return new(OfEncryption, ExplainedResult.Failed, "The class takes only end-to-end encrypted data: atomic operations work on plain values.");
        return asked.Encrypted
            ? new(OfEncryption, ExplainedResult.Passed, "The class takes only end-to-end encrypted data, such as this is said to be.")
            : new(OfEncryption, ExplainedResult.Failed, "The class takes only end-to-end encrypted data; whether this is, the member 'encrypted' says.");
    }
}
