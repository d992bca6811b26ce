using System.Reflection;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// The account that a path or the query names, else the caller's own; if the caller may not act for it, it is as if it did not exist.
/// </summary>
internal sealed class AdminAccount : IAdminArgument
{
    /// <summary>The parameter of the query.</summary>
    public const string InQuery = "accountId";

    private readonly Account? _account;

    private AdminAccount(Account? account, IAccountGrain? grain) => (_account, Grain) = (account, grain!);

    public Account Account => _account!;

    public string Id => Account.AccountId;

    public IAccountGrain Grain { get; }

    public StorageError? Refusal => _account is null ? AdminErrors.Unknown : null;

    /// <summary>Whether the query names an account.</summary>
    public static bool IsNamed(HttpContext context) => context.Request.Query.ContainsKey(InQuery);

    public static async ValueTask<AdminAccount> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var caller = AdminCaller.Of(context);
        var id = context.GetRouteValue("accountId") as string ?? (IsNamed(context) ? context.Request.Query[InQuery].ToString() : caller.AccountId);
        return await Find(context, caller, id);
    }

    /// <summary>The account of this id as the caller sees it.</summary>
    public static async ValueTask<AdminAccount> Find(HttpContext context, AdminCaller caller, string id)
    {
        if (!Account.IsId(id) || !caller.MayActFor(id))
            return new(null, null);
        var grain = context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>(id);
        return new(await grain.Get(), grain);
    }
}
