using Microsoft.AspNetCore.Http.HttpResults;
using Vaultrice.Gateway.Access;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Tells a developer with a refusal which check made it, by walking the very checks that requests pass.</summary>
internal static class ExplainApi
{
    /// <summary>No project has this id: it stands for those of other accounts, so that they are explained like unknown ones.</summary>
    private const string Nowhere = ".";

    public static void MapExplain(this RouteGroupBuilder admin) => admin
        .MapPost("/explain", Explain)
        .WithTags("Explain")
        .WithSummary("Says what each check makes of a request, without making it");

    private static async Task<Results<Ok<ExplanationJson>, Refusal>> Explain(
        HttpContext context, AdminBody<ExplainBody> body, IGrainFactory grains, AccessGate gate)
    {
        var asked = body.Value;
        if (!AccessOperations.TryParse(asked.Operation, out var operation))
            return new Refusal(AdminErrors.Member("operation", $"must be one of {string.Join(", ", AccessOperations.AllWords)}."));
        var project = AdminProject.IsId(asked.ProjectId) ? await grains.GetGrain<IProjectGrain>(asked.ProjectId).GetSnapshot() : null;
        var isOwn = project is not null && AdminCaller.Of(context).MayActFor(project.AccountId);
        var request = new AccessRequest(isOwn ? asked.ProjectId : Nowhere, operation)
        {
            Credentials = asked.Token is null ? null : asked.Token.Contains(' ') ? asked.Token : $"Bearer {asked.Token}",
            Origin = asked.Origin,
            Class = asked.Class,
            Id = asked.Id,
            IdSignature = asked.IdSignature,
            IdSignatureKeyVersion = asked.IdSignatureKeyVersion,
            Address = context.Connection.RemoteIpAddress,
        };
        // A minting names no object.
        if (operation == AccessOperation.MintToken)
            request = request with { Class = null, Id = null };
        var (checks, caller) = await gate.Explain(request, asked.ApiKey);
        var isRefused = checks.Any(check => check.Result == ExplainedResult.Failed);
        checks = checks.Add(await LaterRefusals.Explain(request, asked, caller, isRefused, grains));
        return TypedResults.Ok(new ExplanationJson(
            checks.All(check => check.Result != ExplainedResult.Failed),
            [.. checks.Select(check => new ExplainedCheckJson(check.Check, WordOf(check.Result), check.Reason))]));
    }

    private static string WordOf(ExplainedResult result) => result switch
    {
        ExplainedResult.Passed => "passed",
        ExplainedResult.Failed => "failed",
        ExplainedResult.Skipped => "skipped",
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };
}

/// <summary>A request to be explained.</summary>
internal sealed record ExplainBody : ICheckedBody
{
    public required string ProjectId { get; init; }

    /// <summary>As if this key's secret had been sent; not needed with a token.</summary>
    public string? ApiKey { get; init; }

    /// <summary>An access token. Neither it nor anything else that is sent is shown again or logged.</summary>
    public string? Token { get; init; }

    /// <summary>The <c>Origin</c> header.</summary>
    public string? Origin { get; init; }

    /// <summary>The object's class; not needed for <c>token</c>.</summary>
    public string? Class { get; init; }

    /// <summary>The object's id; not needed for <c>token</c>.</summary>
    public string? Id { get; init; }

    /// <summary>The signature of the id.</summary>
    public string? IdSignature { get; init; }

    /// <summary>The version of the key that signed the id.</summary>
    public string? IdSignatureKeyVersion { get; init; }

    /// <summary>Such as <c>get</c>, <c>set</c>, <c>increment</c>, <c>remove</c>, <c>send</c>, <c>join</c>, <c>connect</c>, <c>token</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Whether the value, message or presence data is a ciphertext with its key version; false when left out.</summary>
    public bool Encrypted { get; init; }

    public StorageError? Check() =>
        Operation == AccessOperations.Minting ? null
        : Class is null || !StorageObjectId.IsValidClass(Class) ? AdminErrors.Member("class", "must be the name of a class: 1 to 256 bytes, no slash, no control character.")
        : Id is null || !StorageObjectId.IsValidId(Id) ? AdminErrors.Member("id", "must be the id of an object: 1 to 256 bytes, no control character.")
        : null;
}

/// <summary>What the checks make of a request.</summary>
/// <param name="Allowed">Whether it would pass them.</param>
/// <param name="Checks">In order.</param>
internal sealed record ExplanationJson(bool Allowed, ExplainedCheckJson[] Checks);

/// <summary>What one check makes of a request.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Result"><c>passed</c>, <c>failed</c> or <c>skipped</c>.</param>
/// <param name="Reason">Why.</param>
internal sealed record ExplainedCheckJson(string Check, string Result, string Reason);
