namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// The one place that says why a socket is closed. 4000–4499 ask the client to come back and catch up, 4500–4999 not to;
/// the rest are RFC 6455's.
/// </summary>
internal readonly record struct CloseReason(ushort Code, string Text)
{
    public static readonly CloseReason Normal = new(1000, "");
    public static readonly CloseReason ProtocolError = new(1002, "The frame breaks RFC 6455.");
    public static readonly CloseReason NotUtf8 = new(1007, "The text is not UTF-8.");
    public static readonly CloseReason MessageTooBig = new(1009, "The message is too big.");
    public static readonly CloseReason Restarting = new(1012, "The server restarts.");

    /// <summary>Bad credentials; the SDK forgets its connection id and comes back with its then current token.</summary>
    public static readonly CloseReason Refused = new(1008, "Access was refused.");

    public static readonly CloseReason TooSlow = new(4000, "The connection does not keep up: come back and catch up.");
    public static readonly CloseReason Silent = new(4001, "The connection did not answer.");
    public static readonly CloseReason HistoryLost = new(4002, "What was missed is no longer known: come back and read anew.");
    public static readonly CloseReason Unavailable = new(4003, "The object is not reachable: come back later.");

    public static readonly CloseReason TooBusy = new(4004, "Too many requests: come back later.");

    // The word makes the SDK stop reconnecting.
    public static readonly CloseReason TooManyConnections = new(4500, "TierLimitExceeded: the object has too many connections.");
    public static readonly CloseReason Withdrawn = new(4501, "TierLimitExceeded: access was withdrawn.");
    public static readonly CloseReason Denied = new(4502, "TierLimitExceeded: access is denied.");

    public static readonly CloseReason TooManySockets = new(4503, "TierLimitExceeded: too many open sockets.");

    /// <summary>What to do with a client that is not let in: whether to come back depends on whether that could change anything.</summary>
    public static CloseReason OfRefusal(StorageErrorCode code) => code switch
    {
        StorageErrorCode.OriginMissing or StorageErrorCode.OriginMismatch
            or StorageErrorCode.IdSignatureMissing or StorageErrorCode.IdSignatureInvalid
            or StorageErrorCode.PermissionDenied or StorageErrorCode.ScopeDenied => Denied,
        StorageErrorCode.TooManySockets => TooManySockets,
        StorageErrorCode.TooManyRequests or StorageErrorCode.TooManyMessages => TooBusy,
        // Another token may be good: the SDK comes back with the one it has then.
        _ => Refused,
    };
}
