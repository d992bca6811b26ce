using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Vaultrice.Gateway.Http;

namespace Vaultrice.Gateway.Admin;

/// <summary>The body of a request of the administration, read strictly: what is wrong with it is told by name.</summary>
internal sealed class AdminBody<T> : IAdminArgument, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? _value;
    private readonly FrozenSet<string> _members;

    private AdminBody(T? value, FrozenSet<string> members, StorageError? refusal) =>
        (_value, _members, Refusal) = (value, members, refusal);

    public T Value => _value ?? throw new InvalidOperationException("The body was refused.");

    public StorageError? Refusal { get; }

    /// <summary>Whether the body has a member at all, be it null.</summary>
    public bool Has(string member) => _members.Contains(member);

    public static async ValueTask<AdminBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        // Routing has turned other types away; none at all it lets pass.
        if (context.Request.ContentType is null)
            return Refuse(UnmatchedRequests.NotJson);
        var body = await RequestBody.Read(context, AdminBodies.MaxBytes);
        if (!body.Succeeded)
            return Refuse(body.Error);
        using var read = body.Value;
        try
        {
            var value = JsonSerializer.Deserialize<T>(read.Bytes.Span, AdminJson.Options);
            using var members = JsonDocument.Parse(read.Bytes);
            return value is null
                ? Refuse(BodyErrors.NotAnObject)
                : new(value, members.RootElement.EnumerateObject().Select(member => member.Name).ToFrozenSet(), AdminBodies.Check(value));
        }
        catch (JsonException e)
        {
            return Refuse(AdminBodies.Explain(e));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    private static AdminBody<T> Refuse(StorageError refusal) => new(null, FrozenSet<string>.Empty, refusal);
}

/// <summary>What all bodies of the administration have in common.</summary>
internal static class AdminBodies
{
    /// <summary>A class may have many keys in PEM, and a key many origins.</summary>
    public const int MaxBytes = 256 * 1024;

    private const string MissingMembers = "missing required properties including:";

    public static StorageError? Check(object body) => (body as ICheckedBody)?.Check();

    /// <summary>Names the member that could not be read. The framework's words are all it tells; a test holds them.</summary>
    public static StorageError Explain(JsonException failure)
    {
        var path = failure.Path is { Length: > 2 } found ? found[2..] : null;
        if (failure.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return AdminErrors.Member(path ?? "?", "is not known here.");
        if (failure.Message.IndexOf(MissingMembers, StringComparison.Ordinal) is var at and >= 0)
        {
            var missing = failure.Message[(at + MissingMembers.Length)..].Split('\'')[1];
            return AdminErrors.Member(path is null ? missing : $"{path}.{missing}", "is missing.");
        }
        if (failure.Message.Contains("doesn't allow setting null", StringComparison.Ordinal))
            return AdminErrors.Member(path ?? "?", "must not be null: leave it out, or say what it shall be.");
        if (failure.Message.Contains("uplicate propert", StringComparison.Ordinal))
            return BodyErrors.DuplicateMember;
        return path is null
            ? failure.Message.Contains("could not be converted", StringComparison.Ordinal) ? BodyErrors.NotAnObject : BodyErrors.Malformed
            : AdminErrors.Member(path, "has a value of the wrong type, or is no JSON.");
    }
}

/// <summary>A body with rules beyond its types.</summary>
internal interface ICheckedBody
{
    /// <summary>What is wrong with it, or null.</summary>
    StorageError? Check();
}

/// <summary>An argument that an endpoint takes from the request, and that may be reason enough to refuse it.</summary>
internal interface IAdminArgument
{
    StorageError? Refusal { get; }
}
