using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The keys that access tokens of all projects are signed with; for the operator alone.</summary>
internal static class SigningKeysApi
{
    public static void MapSigningKeys(this RouteGroupBuilder admin) => admin
        .MapPost("/signing-keys/rotate", Rotate)
        .Needs(AdminRole.Owner)
        .WithTags("Signing keys")
        .WithSummary("Publishes a new signing key, which signs a while later; tokens of the others stay good until they end");

    private static async Task<Results<Ok<SigningKeyJson[]>, Refusal>> Rotate(HttpContext context, IGrainFactory grains, AuditTrail audit)
    {
        if (!AdminCaller.Of(context).IsOperator)
            return Refusal.Unknown;
        var keys = await grains.GetGrain<ISigningKeysGrain>(0).Rotate(audit.Entry(context, "signingKeys.rotate", "signing-keys"));
        return TypedResults.Ok(keys.Select(key => new SigningKeyJson(key.Id, key.SignsFrom)).ToArray());
    }
}

/// <summary>A signing key, by its name alone.</summary>
/// <param name="KeyId">The <c>kid</c> of the tokens it signs.</param>
/// <param name="SignsFrom">In ms since the Unix epoch; it signs until the next one does.</param>
internal sealed record SigningKeyJson(string KeyId, long SignsFrom);
