namespace Vaultrice.Gateway.Access;

/// <summary>
/// One of the checks of what a caller with good credentials asks for. <see cref="AccessGate"/> asks them in the order of their
/// registration (see <c>GatewayHosting</c>), and an explanation walks the same list.
/// </summary>
internal interface IAccessCheck
{
    /// <summary>What an explanation calls it.</summary>
    string Name { get; }

    /// <summary>Judges; must be cheap, because every request passes it, and allocates nothing unless it refuses.</summary>
    CheckResult Check(in AccessRequest request, Caller caller);
}

/// <summary>What a check found. Its reason is for the developer: fixed sentences, so that passing costs nothing.</summary>
internal readonly struct CheckResult
{
    private CheckResult(string reason, StorageError? error, bool wasSkipped)
    {
        Reason = reason;
        Error = error;
        WasSkipped = wasSkipped;
    }

    public string Reason { get; }

    /// <summary>The refusal, or null.</summary>
    public StorageError? Error { get; }

    /// <summary>Whether there was nothing to check.</summary>
    public bool WasSkipped { get; }

    public static CheckResult Passed(string reason) => new(reason, null, wasSkipped: false);

    public static CheckResult Skipped(string reason) => new(reason, null, wasSkipped: true);

    public static CheckResult Failed(StorageErrorCode code, string message) => new(message, new(code, message), wasSkipped: false);

    /// <summary>A refusal whose reason is not for the one who is refused, but for the owner of the project.</summary>
    public static CheckResult Failed(StorageError error, string reason) => new(reason, error, wasSkipped: false);
}
