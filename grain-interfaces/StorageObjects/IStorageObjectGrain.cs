using System.Collections.Immutable;
using Vaultrice.Encryption;

namespace Vaultrice.StorageObjects;

/// <summary>
/// A storage object. Its operations are linear; each answers once everything it did and saw is durable.
/// Names and values arrive validated for form; what depends on the object's state is checked here.
/// </summary>
[Alias("vaultrice.IStorageObjectGrain")]
public interface IStorageObjectGrain : IGrainWithStringKey
{
    /// <summary>The item, or null if there is none.</summary>
    [Alias("Get")]
    ValueTask<Item?> Get(string name);

    /// <summary>Those of the named items that exist.</summary>
    [Alias("GetMany")]
    ValueTask<ImmutableArray<NamedItem>> GetMany(ImmutableArray<string> names);

    /// <summary>All items whose names start with a prefix (ordinal), or all.</summary>
    [Alias("GetAll")]
    ValueTask<ImmutableArray<NamedItem>> GetAll(string? prefix);

    /// <summary>The names of all items that start with a prefix (ordinal), or all.</summary>
    [Alias("GetKeys")]
    ValueTask<ImmutableArray<string>> GetKeys(string? prefix);

    [Alias("Set")]
    ValueTask<StorageResult<Item>> Set(string name, ItemWrite write);

    /// <summary>All or nothing. Refused with <see cref="StorageErrorCode.UpdatedAtMismatch"/>, the error names the items.</summary>
    [Alias("SetMany")]
    ValueTask<StorageResult<ImmutableArray<NamedItem>>> SetMany(ImmutableArray<NamedWrite> writes);

    [Alias("Apply")]
    ValueTask<StorageResult<Item>> Apply(string name, AtomicOperation operation);

    [Alias("Remove")]
    Task Remove(ImmutableArray<string> names);

    [Alias("Clear")]
    Task Clear();

    /// <summary>The encryption settings; the first call that may make them creates version 0.</summary>
    /// <param name="saltLength">In bytes; null for 16.</param>
    /// <param name="mayMake">Whether the caller may write; others only get what there is.</param>
    [Alias("GetEncryption")]
    Task<StorageResult<EncryptionSettingsHistory>> GetEncryption(int? saltLength, bool mayMake);

    /// <summary>Makes new encryption settings current; the present ones stay readable.</summary>
    /// <param name="saltLength">In bytes; null for 16.</param>
    [Alias("RotateEncryption")]
    Task<StorageResult<EncryptionSettingsHistory>> RotateEncryption(int? saltLength);

    /// <summary>Sends a message to all connections but the sender's.</summary>
    [Alias("Send")]
    Task<StorageError?> Send(MessageSent message);

    /// <summary>Those who have joined, oldest first.</summary>
    [Alias("GetPresence")]
    ValueTask<ImmutableArray<JoinedConnection>> GetPresence();

    /// <summary>Registers a connection, or takes one up again that was lost within the resume window.</summary>
    [Alias("Connect")]
    Task<StorageResult<ConnectionGrant>> Connect(ConnectionRequest request);

    /// <summary>A connection's socket is gone.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="attachment">As granted; nothing happens when the connection has been given out again since.</param>
    /// <param name="confirmed">Up to where its peer is known to have received everything.</param>
    /// <param name="closedByPeer">Whether the peer said goodbye; else it keeps its presence for the grace period.</param>
    [Alias("Disconnect")]
    Task Disconnect(string connectionId, int attachment, FeedPosition confirmed, bool closedByPeer);

    /// <summary>The peer of a connection that somebody wants to resume has answered: the connection stays where it is.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="attachment">As granted; nothing happens when the connection has been given out again since.</param>
    [Alias("Answered")]
    Task Answered(string connectionId, int attachment);

    /// <summary>Shows a connection in the presence list.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="data">What it shows of itself, raw JSON.</param>
    /// <param name="keyVersion">The version of the encryption settings used for the data, or null.</param>
    /// <param name="identity">Who the connection has just proved to be; null leaves what it proved before.</param>
    [Alias("Join")]
    Task<StorageResult<JoinedConnection>> Join(string connectionId, ReadOnlyMemory<byte> data, int? keyVersion, VerifiedIdentity? identity = null);

    /// <summary>Takes a connection out of the presence list; nothing happens if it is not there.</summary>
    [Alias("Leave")]
    Task Leave(string connectionId);

    /// <summary>
    /// A gateway renews its subscription: it states the connections it holds and where it is, and receives what it missed.
    /// </summary>
    [Alias("Renew")]
    Task<CatchUp> Renew(GatewayLease lease);

    /// <summary>Tells of the object's own keys, and does something about them.</summary>
    /// <param name="order">What is to be done.</param>
    /// <param name="version">The key that <see cref="ObjectKeysOrder.MakeCurrent"/> and <see cref="ObjectKeysOrder.Drop"/> mean.</param>
    /// <exception cref="KeysUnavailableException">A key that is needed for it cannot be had at present.</exception>
    [Alias("ManageKeys")]
    Task<StorageResult<ObjectKeys>> ManageKeys(ObjectKeysOrder order, int version);

    /// <summary>What the object is at present, for its administration.</summary>
    /// <param name="after">Items whose names follow this one (ordinal); null for the first.</param>
    /// <param name="count">How many items at most; fewer when they are large.</param>
    [Alias("Describe")]
    Task<ObjectDescription> Describe(string? after, int count);

    /// <summary>Deletes everything of the object; its listeners are told that its items are removed, and its connections stay.</summary>
    [Alias("Destroy")]
    Task Destroy();
}
