using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Gateway.Quotas;

namespace Vaultrice.Gateway.Access;

/// <summary>Registers the gate and its checks.</summary>
internal static class AccessRegistration
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<UseReports>();
        services.AddHostedService(provider => provider.GetRequiredService<UseReports>());
        services.AddSingleton<Credentials>();
        services.AddSingleton<AccessGate>();
        services.AddSingleton<IdSignatureVerifier>();
        services.AddSingleton<IdentityVerifier>();

        // In the order in which they are asked, which is DESIGN's, after project and credentials.
        services.AddSingleton<IAccessCheck, OriginCheck>();
        services.AddSingleton<IAccessCheck, IdSignatureCheck>();
        services.AddSingleton<IAccessCheck, PermissionCheck>();
        services.AddSingleton<IAccessCheck, IdentityCheck>();
        services.AddSingleton<IAccessCheck, LimitsCheck>();
    }
}
