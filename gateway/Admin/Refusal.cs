using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Vaultrice.Gateway.Http;

namespace Vaultrice.Gateway.Admin;

/// <summary>A refusal as result of an endpoint, in the protocol's error shape.</summary>
internal sealed class Refusal(StorageError error) : IResult, IEndpointMetadataProvider
{
    public static Refusal Unknown { get; } = new(AdminErrors.Unknown);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        ErrorResponses.Write(httpContext, error);
        return Task.CompletedTask;
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        foreach (var status in new[] { 400, 401, 403, 404, 409, 413, 415, 429 })
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ErrorJson), ["application/json"]));
    }
}

/// <summary>Every refusal.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Message">One sentence for the developer.</param>
/// <param name="Cause">What exactly.</param>
internal sealed record ErrorJson(string Name, string Message, ErrorCauseJson Cause);

/// <summary>What exactly was refused.</summary>
/// <param name="Code">For programs.</param>
internal sealed record ErrorCauseJson(string Code);
