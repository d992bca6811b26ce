using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace Vaultrice.Gateway.Admin;

/// <summary>The description of the administration, at <c>/openapi/v1.json</c>.</summary>
internal static partial class OpenApi
{
    private const string Scheme = "adminToken";

    public static void AddAdministrationDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = static description => description.RelativePath?.StartsWith("admin/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Vaultrice.Orleans administration",
                Version = "v1",
                Description = "Accounts, projects, api keys, classes and objects. Times are in milliseconds since the Unix epoch; "
                    + "members that are null are left out of answers; members that are not known are refused.",
            };
            // Wherever it is served is where it is.
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "An admin token; the first is the setting Bootstrap:AdminToken.",
                },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var role = metadata.OfType<NeededRole>().LastOrDefault()?.Role ?? Projects.AdminRole.Viewer;
            operation.Description = $"Takes the role {Projects.AdminRoleNames.Of(role)}.";
            operation.Parameters ??= [];
            foreach (Match name in RouteParameters().Matches(context.Description.RelativePath ?? ""))
                Add(name.Groups[1].Value, ParameterLocation.Path, "");
            foreach (var query in metadata.OfType<QueryParameter>())
                Add(query.Name, ParameterLocation.Query, query.Description);
            return Task.CompletedTask;

            void Add(string name, ParameterLocation location, string description)
            {
                if (operation.Parameters.Any(parameter => parameter.Name == name))
                    return;
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = name,
                    In = location,
                    Required = location == ParameterLocation.Path,
                    Description = description.Length > 0 ? description : null,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }
        });
    });

    /// <summary>A parameter in the query of an endpoint.</summary>
    public static T TakesQuery<T>(this T endpoint, string name, string description)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new QueryParameter(name, description));

    /// <summary>Owners of the root account name another account in the query.</summary>
    public static T TakesAccount<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.TakesQuery(AdminAccount.InQuery, "Another account than the token's; for owners of the root account.");

    /// <summary>Whether an endpoint takes a parameter in the query.</summary>
    public static bool TakesQuery(Endpoint endpoint, string name) =>
        endpoint.Metadata.GetOrderedMetadata<QueryParameter>().Any(parameter => parameter.Name == name);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex RouteParameters();

    private sealed record QueryParameter(string Name, string Description);
}
