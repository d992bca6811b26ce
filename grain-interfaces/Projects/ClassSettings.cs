using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>What a class of objects asks of those who use it, and how its objects behave. What is null is as the server is set.</summary>
/// <param name="IdSignature">Whose signature an object's id must carry; null for none.</param>
/// <param name="Identity">How users prove who they are; null for not at all.</param>
/// <param name="Encryption">What must be encrypted.</param>
/// <param name="Ttl">Times to live.</param>
/// <param name="ResumeWindow">How long a lost connection can be resumed, in ms.</param>
/// <param name="PresenceGrace">How long a connection lost without goodbye stays present, in ms.</param>
/// <param name="Limits">How large and how busy its objects may be.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassSettings")]
public sealed record ClassSettings(
    [property: Id(0)] IdSignatureSettings? IdSignature = null,
    [property: Id(1)] IdentitySettings? Identity = null,
    [property: Id(2)] ClassEncryption? Encryption = null,
    [property: Id(3)] ClassTtl? Ttl = null,
    [property: Id(4)] long? ResumeWindow = null,
    [property: Id(5)] long? PresenceGrace = null,
    [property: Id(6)] ClassLimits? Limits = null)
{
    public static ClassSettings Default { get; } = new();
}

/// <summary>Object id signatures: only who holds a signature of an id may use the object.</summary>
/// <param name="Required">Whether requests without a signature are refused.</param>
/// <param name="Keys">The keys that signatures are checked with.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.IdSignatureSettings")]
public sealed record IdSignatureSettings(
    [property: Id(0)] bool Required,
    [property: Id(1)] ImmutableArray<IdSignatureKey> Keys);

/// <summary>A key that object id signatures are checked with.</summary>
/// <param name="Version">What requests name it by; each once in a class.</param>
/// <param name="Algorithm"><c>HS256</c>, <c>RS256</c>, <c>PS256</c>, <c>ES256</c>, <c>ES384</c>, <c>ES512</c> or <c>EdDSA</c> (Ed25519).</param>
/// <param name="PublicKey">PEM (SubjectPublicKeyInfo); null for <c>HS256</c>.</param>
/// <param name="Secret">The shared secret as text whose UTF-8 bytes are the key; for <c>HS256</c> only.</param>
/// <param name="Enabled">Whether it is good at present.</param>
/// <param name="Preferred">Tried first when a request names no version.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.IdSignatureKey")]
public sealed record IdSignatureKey(
    [property: Id(0)] int Version,
    [property: Id(1)] string Algorithm,
    [property: Id(2)] string? PublicKey,
    [property: Id(3)] string? Secret,
    [property: Id(4)] bool Enabled,
    [property: Id(5)] bool Preferred);

/// <summary>How those who join or send prove who they are.</summary>
public enum IdentityMode
{
    None,

    /// <summary>HMAC-SHA256 over the user id, made by the app's backend.</summary>
    UserIdSignature,

    /// <summary>A JWT of the app's identity provider, whose claims the payload must not contradict.</summary>
    Jwt,
}

/// <summary>Identity verification of a class.</summary>
/// <param name="Mode">Which proof is asked for.</param>
/// <param name="UserIdField">Where the payload has the user id; null for <c>userId</c>, then <c>sub</c>, then <c>id</c>.</param>
/// <param name="Secret">The shared secret of HMACs, as text whose UTF-8 bytes are the key.</param>
/// <param name="PublicKey">PEM, for asymmetric JWTs.</param>
/// <param name="Algorithms">The JWT algorithms that are accepted; empty for those that fit the key.</param>
/// <param name="Issuer">The <c>iss</c> a JWT must have; null for any.</param>
/// <param name="Audience">The <c>aud</c> a JWT must have; null for any.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.IdentitySettings")]
public sealed record IdentitySettings(
    [property: Id(0)] IdentityMode Mode,
    [property: Id(1)] string? UserIdField,
    [property: Id(2)] string? Secret,
    [property: Id(3)] string? PublicKey,
    [property: Id(4)] ImmutableArray<string> Algorithms,
    [property: Id(5)] string? Issuer,
    [property: Id(6)] string? Audience);

/// <summary>Encryption of a class.</summary>
/// <param name="AdditionalAtRest">Whether values are stored encrypted with a key of their object's own.</param>
/// <param name="Required">Whether only end-to-end encrypted values and messages are taken.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassEncryption")]
public sealed record ClassEncryption(
    [property: Id(0)] bool AdditionalAtRest,
    [property: Id(1)] bool Required);

/// <summary>Times to live of a class's items, in ms.</summary>
/// <param name="Default">Of items written without one; null for the server's.</param>
/// <param name="Max">The longest; longer ones are cut to it. Null for no bound.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassTtl")]
public sealed record ClassTtl(
    [property: Id(0)] long? Default,
    [property: Id(1)] long? Max);

/// <summary>Limits of a class's objects; each can only be lower than the server's.</summary>
/// <param name="ItemBytes">The largest value in bytes of JSON.</param>
/// <param name="ObjectBytes">The largest object in bytes.</param>
/// <param name="ObjectItems">The most items of an object.</param>
/// <param name="MessageBytes">The largest message in bytes of JSON.</param>
/// <param name="PresenceBytes">The largest presence data in bytes of JSON.</param>
/// <param name="ObjectConnections">The most connections of an object.</param>
/// <param name="ObjectRate">How busy one object of the class may be.</param>
/// <param name="Total">How busy and how large all objects of the class together may be.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.ClassLimits")]
public sealed record ClassLimits(
    [property: Id(0)] int? ItemBytes = null,
    [property: Id(1)] int? ObjectBytes = null,
    [property: Id(2)] int? ObjectItems = null,
    [property: Id(3)] int? MessageBytes = null,
    [property: Id(4)] int? PresenceBytes = null,
    [property: Id(5)] int? ObjectConnections = null,
    [property: Id(6)] Quota? ObjectRate = null,
    [property: Id(7)] Quota? Total = null);

/// <summary>How much of the server one user of it may take. What is null is not limited.</summary>
/// <param name="RequestsPerSecond">HTTP requests.</param>
/// <param name="MessagesPerSecond">Messages and presence changes, over HTTP and sockets.</param>
/// <param name="Sockets">Open sockets.</param>
/// <param name="Bytes">Bytes stored, names and values.</param>
/// <param name="Items">Items stored.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.Quota")]
public sealed record Quota(
    [property: Id(0)] double? RequestsPerSecond = null,
    [property: Id(1)] double? MessagesPerSecond = null,
    [property: Id(2)] int? Sockets = null,
    [property: Id(3)] long? Bytes = null,
    [property: Id(4)] long? Items = null);
