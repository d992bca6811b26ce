using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>What a socket's client may do: judged when it connects, for each frame, and again whenever the project changes.</summary>
/// <remarks>
/// The end of its token does not matter: there is no frame to renew it with. What matters is what the token says, and what the
/// project at present makes of it.
/// </remarks>
internal sealed class SocketAccess(AccessGate gate, IdentityVerifier identities, AccessRequest request, Caller caller, TimeProvider time)
{
    // Kept for as long as the socket lives: what it was opened with, but not the credentials.
    private readonly AccessRequest _request = request with { Credentials = null };
    private readonly Lock _lock = new();
    private Caller _caller = caller;

    // What all checks were last passed with; a quick review may know a later state of the project already.
    private Caller _granted = caller;

    /// <summary>Whose connection it is: only the same api key may resume it, from the same origin.</summary>
    public string Principal { get; } = string.IsNullOrEmpty(request.Origin) ? caller.ApiKey : $"{caller.ApiKey} {request.Origin}";

    public Caller Caller => Volatile.Read(ref _caller);

    public Permissions Permissions => Caller.Permissions;

    /// <summary>Whether judging it again may cost a signature.</summary>
    public bool IsSigned => !string.IsNullOrEmpty(_request.IdSignature);

    /// <summary>Whether the api key's time is over: nobody is told when it ends.</summary>
    public bool HasExpired => Caller.KeyExpiresAt is var end and not long.MaxValue && end <= time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Judges what a frame asks for.</summary>
    public StorageError? Check(AccessOperation operation) => gate.Check(_request with { Operation = operation, IsFrame = true }, Caller).Error;

    /// <summary>Verifies who joins or sends.</summary>
    /// <param name="frame">Which must have a payload.</param>
    /// <param name="standing">Who the connection has proved to be before, if that may stand in for a missing proof; else null.</param>
    public ValueTask<IdentityVerdict> Verify(ClientFrame frame, VerifiedIdentity? standing)
    {
        var settings = Caller.Project.ClassOf(_request.Class!).Identity;
        return settings is null
            ? default
            : identities.Verify(settings, IdentityProof.Of(frame.Auth), frame.Payload!.Value, standing);
    }

    /// <summary>Judges again whether the socket may stay; the refusal, or null.</summary>
    /// <param name="quickly">Leaves a signature of the object's id to a review that is not quick.</param>
    public async ValueTask<StorageError?> Review(bool quickly)
    {
        var isPartial = quickly && IsSigned;
        var request = _request with { LeavesSignature = isPartial };
        while (true)
        {
            var (before, granted) = (Caller, Volatile.Read(ref _granted));
            var judged = await gate.CheckAgain(request, granted);
            if (!judged.Succeeded)
                return judged.Error;
            lock (_lock)
            {
                // Somebody else judged meanwhile, maybe by a later state of the project: once more, by what it is now.
                if (_caller != before || _granted != granted)
                    continue;
                Volatile.Write(ref _caller, judged.Value);
                if (!isPartial)
                    Volatile.Write(ref _granted, judged.Value);
                return null;
            }
        }
    }
}
