using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Accounts. Owners of the root account make, see and delete all of them, everybody else knows of the own one only.</summary>
internal static class AccountsApi
{
    /// <summary>How many accounts are asked at once for a list.</summary>
    private const int AskedAtOnce = 50;

    public static void MapAccounts(this RouteGroupBuilder admin)
    {
        var accounts = admin.MapGroup("/accounts").WithTags("Accounts");
        accounts.MapGet("", List).WithSummary("Lists the accounts that the caller may act for");
        accounts.MapPost("", Create).Needs(AdminRole.Owner).WithSummary("Creates an account; for owners of the root account");
        accounts.MapGet("/{accountId}", Get).WithSummary("Shows an account");
        accounts.MapPut("/{accountId}", Put).Needs(AdminRole.Owner).WithSummary("Renames an account");
        accounts.MapDelete("/{accountId}", Delete).Needs(AdminRole.Owner)
            .WithSummary("Deletes an account that has no projects, and its tokens; for owners of the root account");
    }

    private static async Task<Results<Ok<AccountJson[]>, Refusal>> List(HttpContext context, IGrainFactory grains)
    {
        var caller = AdminCaller.Of(context);
        string[] ids = caller.IsOperator
            ? [Account.Root, .. await grains.GetGrain<IAccountDirectoryGrain>(0).Get()]
            : [caller.AccountId];
        var accounts = new List<AccountJson>();
        foreach (var some in ids.Chunk(AskedAtOnce))
        {
            var asked = await Task.WhenAll(some.Select(id => grains.GetGrain<IAccountGrain>(id).Get()));
            accounts.AddRange(asked.OfType<Account>().Select(AccountJson.Of));
        }
        return TypedResults.Ok(accounts.ToArray());
    }

    private static async Task<Results<Created<AccountJson>, Refusal>> Create(
        HttpContext context, AdminBody<NamedBody> body, IGrainFactory grains, AuditTrail audit)
    {
        if (!AdminCaller.Of(context).IsOperator)
            return new Refusal(AdminErrors.Operators);
        var id = Account.NewId();
        var account = grains.GetGrain<IAccountGrain>(id);
        if (await account.Create(body.Value.Name, audit.Entry(context, "account.create", $"accounts/{id}", body.Value)) is { } refusal)
            return new Refusal(refusal);
        return TypedResults.Created($"/admin/accounts/{id}", AccountJson.Of((await account.Get())!));
    }

    private static Results<Ok<AccountJson>, Refusal> Get(AdminAccount account) => TypedResults.Ok(AccountJson.Of(account.Account));

    private static async Task<Results<Ok<AccountJson>, Refusal>> Put(
        HttpContext context, AdminAccount account, AdminBody<NamedBody> body, AuditTrail audit)
    {
        var refusal = await account.Grain.Rename(body.Value.Name, audit.Entry(context, "account.change", $"accounts/{account.Id}", body.Value));
        return refusal is null && await account.Grain.Get() is { } changed
            ? TypedResults.Ok(AccountJson.Of(changed))
            : new Refusal(refusal ?? AdminErrors.Unknown);
    }

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminAccount account, IGrainFactory grains, AuditTrail audit)
    {
        if (!AdminCaller.Of(context).IsOperator)
            return new Refusal(AdminErrors.Operators);
        var refusal = await account.Grain.Delete(await Unfinished(account.Account, grains), audit.Entry(context, "account.delete", $"accounts/{account.Id}"));
        return refusal is null ? TypedResults.NoContent() : new Refusal(refusal);
    }

    /// <summary>
    /// The listed projects whose making broke off. Asked from here and not by the account: projects call their account, so that it
    /// would wait for them while they wait for it. A project that is just being made answers when it is made.
    /// </summary>
    internal static async Task<ImmutableArray<string>> Unfinished(Account account, IGrainFactory grains)
    {
        List<string> unfinished = [];
        foreach (var some in account.ProjectIds.Chunk(AskedAtOnce))
        {
            var owners = await Task.WhenAll(some.Select(id => grains.GetGrain<IProjectGrain>(id).GetOwner()));
            unfinished.AddRange(some.Zip(owners).Where(project => project.Second is null).Select(project => project.First));
            // One that is there is enough for the account to stay.
            if (owners.Any(owner => owner is not null))
                break;
        }
        return [.. unfinished];
    }
}

/// <summary>An account.</summary>
/// <param name="AccountId">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Projects">How many projects it has.</param>
internal sealed record AccountJson(string AccountId, string Name, long CreatedAt, int Projects)
{
    public static AccountJson Of(Account account) => new(account.AccountId, account.Name, account.CreatedAt, account.ProjectIds.Length);
}

/// <summary>Something with a name.</summary>
internal sealed record NamedBody : ICheckedBody
{
    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; init; }

    public StorageError? Check() => BodyRules.Name("name", Name);
}
