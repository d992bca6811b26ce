using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>The administration, at <c>/admin</c>.</summary>
internal static class AdminApi
{
    private const string Path = "/admin";

    public static void AddAdministration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AdminAccess>();
        builder.Services.AddSingleton<AuditTrail>();
        builder.Services.AddSingleton<AuditWalks>();
        builder.Services.AddAdministrationDescription();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            AdminJson.Configure(json.SerializerOptions);
            // Answers may hold values of apps.
            json.SerializerOptions.MaxDepth = 1000;
        });
    }

    /// <summary>Judges admin tokens, between routing and the endpoints.</summary>
    public static void UseAdministration(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Path), branch => branch.UseMiddleware<AdminAccess>());

    public static void MapAdministration(this WebApplication app)
    {
        var admin = app.MapGroup(Path);
        admin.AddEndpointFilter(RefuseArguments);
        admin.MapProjects();
        admin.MapApiKeys();
        admin.MapClasses();
        admin.MapAccessTokens();
        admin.MapEncryption();
        admin.MapObjectKeys();
        admin.MapMasterKey();
        admin.MapSigningKeys();
        admin.MapObjects();
        admin.MapAudit();
        admin.MapExplain();
        admin.MapAccounts();
        admin.MapAdminTokens();
        app.MapOpenApi();
    }

    /// <summary>The role that an endpoint takes.</summary>
    public static T Needs<T>(this T endpoint, AdminRole role)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeededRole(role));

    private static ValueTask<object?> RefuseArguments(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // Who names an account must not be served for the own one instead.
        if (AdminAccount.IsNamed(context.HttpContext) && !OpenApi.TakesQuery(context.HttpContext.GetEndpoint()!, AdminAccount.InQuery))
            return new(new Refusal(AdminErrors.Query(AdminAccount.InQuery, "is not taken by this call.")));
        foreach (var argument in context.Arguments)
        {
            if (argument is IAdminArgument { Refusal: { } refusal })
                return new(new Refusal(refusal));
        }
        return next(context);
    }
}
