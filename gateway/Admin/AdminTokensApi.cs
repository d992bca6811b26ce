using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Admin tokens of an account. A token is shown once, when it is made.</summary>
internal static class AdminTokensApi
{
    public static void MapAdminTokens(this RouteGroupBuilder admin)
    {
        var tokens = admin.MapGroup("/tokens").WithTags("Admin tokens");
        tokens.MapGet("", List).Needs(AdminRole.Owner).TakesAccount().WithSummary("Lists the account's admin tokens, oldest first");
        tokens.MapPost("", Create).Needs(AdminRole.Owner).TakesAccount().WithSummary("Makes an admin token, shown this once");
        tokens.MapDelete("/{tokenId}", Delete).Needs(AdminRole.Owner).TakesAccount().WithSummary("Revokes an admin token, at once");
    }

    private static Results<Ok<AdminTokenJson[]>, Refusal> List(AdminAccount account) =>
        TypedResults.Ok(account.Account.Tokens.Select(token => AdminTokenJson.Of(account.Id, token)).ToArray());

    private static async Task<Results<Created<NewAdminTokenJson>, Refusal>> Create(
        HttpContext context, AdminAccount account, AdminBody<AdminTokenBody> body, AuditTrail audit)
    {
        if (body.Value.AccountId is { } named && named != account.Id)
        {
            if (AdminAccount.IsNamed(context))
                return new Refusal(AdminErrors.Member("accountId", "must be the account that the query names."));
            account = await AdminAccount.Find(context, AdminCaller.Of(context), named);
            if (account.Refusal is { } unknown)
                return new Refusal(unknown);
        }
        if (BodyRules.Ahead("expiresAt", body.Value.ExpiresAt, audit.Now) is { } past)
            return new Refusal(past);
        var (token, text) = AdminToken.Make(account.Id, body.Value.Name, AdminRoleNames.Parse(body.Value.Role)!.Value, audit.Now, body.Value.ExpiresAt);
        var refusal = await account.Grain.AddToken(token, audit.Entry(context, "token.create", $"tokens/{token.Id}", body.Value));
        return refusal is null
            ? TypedResults.Created($"/admin/tokens/{token.Id}", NewAdminTokenJson.Of(account.Id, token, text))
            : new Refusal(refusal);
    }

    private static async Task<Results<NoContent, Refusal>> Delete(HttpContext context, AdminAccount account, string tokenId, AuditTrail audit)
    {
        var refusal = await account.Grain.RemoveToken(tokenId, audit.Entry(context, "token.delete", $"tokens/{tokenId}"));
        return refusal is null ? TypedResults.NoContent() : new Refusal(refusal);
    }
}

/// <summary>An admin token to be.</summary>
internal sealed record AdminTokenBody : ICheckedBody
{
    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary><c>viewer</c>, <c>admin</c> or <c>owner</c>.</summary>
    public required string Role { get; init; }

    /// <summary>In ms since the Unix epoch; never when left out.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Of another account, as in the query; for owners of the root account.</summary>
    public string? AccountId { get; init; }

    public StorageError? Check() =>
        BodyRules.Name("name", Name)
        ?? (AdminRoleNames.Parse(Role) is null ? AdminErrors.Member("role", "must be one of viewer, admin, owner.") : null);
}

/// <summary>What is known of an admin token.</summary>
internal record AdminTokenJson
{
    public required string TokenId { get; init; }

    public required string AccountId { get; init; }

    public string? Name { get; init; }

    /// <summary><c>viewer</c>, <c>admin</c> or <c>owner</c>.</summary>
    public required string Role { get; init; }

    /// <summary>In ms since the Unix epoch.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>In ms since the Unix epoch; never when left out.</summary>
    public long? ExpiresAt { get; init; }

    public static AdminTokenJson Of(string accountId, AdminToken token) => new()
    {
        TokenId = token.Id,
        AccountId = accountId,
        Name = token.Name,
        Role = AdminRoleNames.Of(token.Role),
        CreatedAt = token.CreatedAt,
        ExpiresAt = token.ExpiresAt,
    };
}

/// <summary>An admin token that was just made.</summary>
internal sealed record NewAdminTokenJson : AdminTokenJson
{
    /// <summary>Shown this once; only a hash is kept.</summary>
    public required string Token { get; init; }

    public static NewAdminTokenJson Of(string accountId, AdminToken token, string text) => new()
    {
        TokenId = token.Id,
        AccountId = accountId,
        Token = text,
        Name = token.Name,
        Role = AdminRoleNames.Of(token.Role),
        CreatedAt = token.CreatedAt,
        ExpiresAt = token.ExpiresAt,
    };
}
