namespace Vaultrice;

/// <summary>
/// Every way in which a request can be refused. Numbers are stable: 1xxx the request itself, 2xxx access,
/// 3xxx conflict, 4xxx limit, 5xxx come back later.
/// </summary>
public enum StorageErrorCode
{
    InvalidJson = 1001,
    InvalidName = 1002,
    InvalidType = 1003,
    InvalidValue = 1004,
    InvalidTtl = 1005,
    InvalidArgument = 1006,
    UnsupportedContentType = 1007,
    UnknownRoute = 1008,
    MethodNotAllowed = 1009,
    InvalidRequest = 1010,
    UnknownConnection = 1011,

    CredentialsMissing = 2001,
    CredentialsInvalid = 2002,
    TokenExpired = 2003,

    UpdatedAtMismatch = 3001,
    KeyVersionMismatch = 3002,

    ItemTooLarge = 4001,
    ObjectTooLarge = 4002,
    TooManyItems = 4003,
    BodyTooLarge = 4004,
    MessageTooLarge = 4005,
    PresenceTooLarge = 4006,
    TooManyConnections = 4007,
    RequestTimedOut = 4008,

    StoreUnavailable = 5001,
    Unexpected = 5002,
}
