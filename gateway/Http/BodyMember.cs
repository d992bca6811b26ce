namespace Vaultrice.Gateway.Http;

/// <summary>The members that bodies and frames can have.</summary>
internal enum BodyMember
{
    /// <summary>There are no more members, or there was a fault.</summary>
    None,
    Value,
    Ttl,
    IfAbsent,
    UpdatedAt,
    StartIndex,
    DeleteCount,
    Items,
    Path,
    SaltLength,
    Event,
    Payload,
    ConnectionId,
    KeyVersion,
    Auth,
}
