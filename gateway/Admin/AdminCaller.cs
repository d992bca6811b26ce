using Microsoft.AspNetCore.Http.Features;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Who administers, established before any endpoint runs.</summary>
/// <param name="AccountId">The account of the admin token.</param>
/// <param name="TokenId">Which token.</param>
/// <param name="Role">What it allows.</param>
internal sealed record AdminCaller(string AccountId, string TokenId, AdminRole Role)
{
    /// <summary>Whether it may act for other accounts: an owner of the root account may.</summary>
    public bool IsOperator => AccountId == Account.Root && Role == AdminRole.Owner;

    public bool MayActFor(string accountId) => accountId == AccountId || IsOperator;

    /// <summary>The caller of a request that <see cref="AdminAccess"/> let pass.</summary>
    public static AdminCaller Of(HttpContext context) => context.Features.GetRequiredFeature<AdminCaller>();
}
