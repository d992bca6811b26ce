namespace Vaultrice.Gateway.Access;

/// <summary>Whether the request comes from where the api key, and the token if it is bound to an origin, may be used.</summary>
internal sealed class OriginCheck : IAccessCheck
{
    public string Name => "origin";

    public CheckResult Check(in AccessRequest request, Caller caller)
    {
        var origin = request.Origin;
        // Several headers arrive joined: whichever of them a browser meant, somebody put the other one there.
        if (origin is not null && origin.Contains(','))
            return Mismatch("A request has one Origin header at most.");
        if (!caller.IsBoundToOrigins)
            return CheckResult.Skipped("The api key is good from anywhere, and no token binds it to an origin.");
        if (string.IsNullOrEmpty(origin))
            return CheckResult.Failed(StorageErrorCode.OriginMissing, "The api key or its token is good from certain origins only, and the request has no Origin header.");
        if (!caller.IsTokenGoodFrom(origin))
            return Mismatch("The access token was minted for another origin.");
        return caller.IsKeyGoodFrom(origin)
            ? CheckResult.Passed("The origin is one of those that the api key and its token are good from.")
            : Mismatch("The api key is not good from this origin.");
    }

    private static CheckResult Mismatch(string message) => CheckResult.Failed(StorageErrorCode.OriginMismatch, message);
}
