using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Gateway.Quotas;

namespace Vaultrice.Gateway.Access;

/// <summary>Registers the gate and its checks.</summary>
internal static class AccessRegistration
{
    private const int Mebibyte = 1024 * 1024;

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<UseReports>();
        services.AddHostedService(provider => provider.GetRequiredService<UseReports>());
        services.AddSingleton(new Verified<VerifiedToken>(maxBytes: 24 * Mebibyte));
        services.AddSingleton(new Verified<VerifiedIdSignature>(maxBytes: 8 * Mebibyte));
        services.AddSingleton(new Verified<IdentityClaims>(maxBytes: 8 * Mebibyte));
        services.AddSingleton<Credentials>();
        services.AddSingleton<AccessGate>();
        services.AddSingleton<IdSignatureVerifier>();
        services.AddSingleton<IdentityVerifier>();

        // In the order in which they are asked, after project and credentials. What costs next to nothing comes first and takes
        // nothing from the limits; what costs a signature comes after them, so that whoever sends bad ones runs out of requests.
        services.AddSingleton<IAccessCheck, OriginCheck>();
        services.AddSingleton<IAccessCheck, PermissionCheck>();
        services.AddSingleton<IAccessCheck, IdentityCheck>();
        services.AddSingleton<IAccessCheck, LimitsCheck>();
        services.AddSingleton<IAccessCheck, IdSignatureCheck>();
    }
}
