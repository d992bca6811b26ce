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
    UnknownResource = 1012,

    CredentialsMissing = 2001,
    CredentialsInvalid = 2002,
    TokenExpired = 2003,
    OriginMissing = 2004,
    OriginMismatch = 2005,
    IdSignatureMissing = 2006,
    IdSignatureInvalid = 2007,
    PermissionDenied = 2008,
    ScopeDenied = 2009,
    IdentityMissing = 2010,
    IdentityInvalid = 2011,
    IdentityMismatch = 2012,
    EncryptionRequired = 2013,
    AdminTokenInvalid = 2014,
    AdminRoleDenied = 2015,
    InsecureTransport = 2016,

    UpdatedAtMismatch = 3001,
    KeyVersionMismatch = 3002,
    AlreadyExists = 3003,
    StillInUse = 3004,
    NoUsableKey = 3005,

    ItemTooLarge = 4001,
    ObjectTooLarge = 4002,
    TooManyItems = 4003,
    BodyTooLarge = 4004,
    MessageTooLarge = 4005,
    PresenceTooLarge = 4006,
    TooManyConnections = 4007,
    RequestTimedOut = 4008,
    TooManyRequests = 4009,
    TooManyMessages = 4010,
    TooManySockets = 4011,
    StorageQuotaExceeded = 4012,
    TooManyResources = 4013,
    ProjectTooLarge = 4014,

    StoreUnavailable = 5001,
    Unexpected = 5002,
    KeysUnavailable = 5003,
}
