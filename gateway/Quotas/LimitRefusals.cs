using System.Globalization;
using Vaultrice.Projects;
using Vaultrice.Quotas;

namespace Vaultrice.Gateway.Quotas;

/// <summary>
/// What those are told who ask for too much. "Please retry" makes the SDK repeat a request, after 100, 200 and 400 ms: said when
/// that can help, and only of requests, since nobody repeats a frame.
/// </summary>
internal static class LimitRefusals
{
    public static StorageError TooMuch(ScopeKind scope, Quota limits, Uses refused, RateVerdict verdict)
    {
        var isMessage = refused == Uses.Message;
        LimitMetrics.Refused(scope, isMessage ? LimitMetrics.Messages : LimitMetrics.Requests);
        var limit = (isMessage ? limits.MessagesPerSecond : limits.RequestsPerSecond)!.Value;
        var what = isMessage ? "messages" : "requests";
        var then = verdict == RateVerdict.ComeBack ? "Please retry." : "Slow down.";
        return new(
            isMessage ? StorageErrorCode.TooManyMessages : StorageErrorCode.TooManyRequests,
            string.Create(CultureInfo.InvariantCulture, $"{Subject(scope)} may have at most {limit} {what} per second. {then}"));
    }

    public static StorageError TooManySockets(ScopeKind scope, Quota limits)
    {
        LimitMetrics.Refused(scope, LimitMetrics.Sockets);
        return new(
            StorageErrorCode.TooManySockets,
            string.Create(CultureInfo.InvariantCulture, $"{Subject(scope)} may have at most {limits.Sockets} open sockets."));
    }

    public static StorageError TooManyFailures()
    {
        LimitMetrics.Refused(ScopeKind.Address, LimitMetrics.Failures);
        return new(StorageErrorCode.TooManyRequests, "From this address came too many credentials that are good for nothing. Slow down.");
    }

    public static StorageError TooManyBadSignatures()
    {
        LimitMetrics.Refused(ScopeKind.Address, LimitMetrics.Failures);
        return new(StorageErrorCode.TooManyRequests, "From this address came too many signatures that are good for nothing. Slow down.");
    }

    public static StorageError TooManyWalks(int most)
    {
        LimitMetrics.Refused(ScopeKind.Account, LimitMetrics.Requests);
        return new(StorageErrorCode.TooManyRequests, $"The account may have at most {most} audit logs verified at once, which happens one after the other. Slow down.");
    }

    private static string Subject(ScopeKind scope) => scope switch
    {
        ScopeKind.Address => "An address",
        ScopeKind.Key => "The api key",
        ScopeKind.Project => "The project",
        ScopeKind.Class => "The class",
        ScopeKind.Object => "The object",
        ScopeKind.Account => "The account",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "This kind of scope has no name."),
    };
}
