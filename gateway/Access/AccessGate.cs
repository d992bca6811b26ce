using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>
/// Checks who is asking for what: the project, the credentials, then each <see cref="IAccessCheck"/> in order. One pipeline for
/// every request and every socket; the same list is walked to explain it.
/// </summary>
internal sealed class AccessGate(ProjectSnapshots projects, Credentials credentials, IEnumerable<IAccessCheck> checks, TimeProvider time)
{
    private readonly ImmutableArray<IAccessCheck> _checks = [.. checks];

    /// <summary>Judges a request.</summary>
    public async ValueTask<StorageResult<Caller>> Check(AccessRequest request)
    {
        var verdict = await credentials.Check(request);
        if (verdict.Caller is not { } caller)
            return verdict.Error!;
        caller.Uses?.Add(time.GetUtcNow().ToUnixTimeMilliseconds());
        return Check(request, caller);
    }

    /// <summary>Judges what somebody asks for whose credentials were judged before.</summary>
    public StorageResult<Caller> Check(in AccessRequest request, Caller caller)
    {
        foreach (var check in _checks)
        {
            if (check.Check(request, caller).Error is { } error)
                return error;
        }
        return caller;
    }

    /// <summary>Judges again what was granted before, by the project as it is now; that a token has ended meanwhile does not matter.</summary>
    public async ValueTask<StorageResult<Caller>> CheckAgain(AccessRequest request, Caller before)
    {
        var project = await projects.Get(request.ProjectId);
        if (ReferenceEquals(project, before.Project))
            return before;
        var verdict = credentials.Check(project, before.Claims);
        return verdict.Caller is { } caller ? Check(request with { IsRepeated = true }, caller) : verdict.Error!;
    }

    /// <summary>Says what each check finds, and whom it found. Checks after a failed one are made too, as far as they make sense.</summary>
    /// <param name="request">What is asked for; an explanation counts nothing but bad credentials and signatures, else they could be guessed here.</param>
    /// <param name="apiKey">The key to judge by when the request has no credentials: as if its secret had been sent.</param>
    public async ValueTask<(ImmutableArray<ExplainedCheck> Checks, Caller? Caller)> Explain(AccessRequest request, string? apiKey)
    {
        request = request with { IsExplained = true };
        var explained = ImmutableArray.CreateBuilder<ExplainedCheck>(_checks.Length + 2);
        var project = await projects.Get(request.ProjectId);
        explained.Add(project is null ? new("project", ExplainedResult.Failed, "There is no such project.") : new("project", ExplainedResult.Passed, "The project exists."));
        var verdict = request.Credentials is null && apiKey is not null
            ? credentials.Check(project, AccessClaims.OfKey(request.ProjectId, apiKey, null))
            : await credentials.Check(request);
        explained.Add(verdict.Caller is null
            ? new("credentials", ExplainedResult.Failed, verdict.Reason!)
            : new("credentials", ExplainedResult.Passed, "The api key is usable."));
        foreach (var check in _checks)
        {
            explained.Add(verdict.Caller is { } caller
                ? ExplainedCheck.Of(check.Name, check.Check(request, caller))
                : new(check.Name, ExplainedResult.Skipped, "Without good credentials there is nothing to check."));
        }
        return (explained.MoveToImmutable(), verdict.Caller);
    }
}
