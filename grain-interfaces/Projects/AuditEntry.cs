using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vaultrice.Projects;

/// <summary>What somebody did in the administration, to be written down.</summary>
/// <param name="Id">Random; the same in all logs that have it.</param>
/// <param name="At">In ms since the Unix epoch.</param>
/// <param name="Actor">Who.</param>
/// <param name="Address">From which network address; null when not over the network.</param>
/// <param name="Action">What, such as <c>apiKey.create</c>.</param>
/// <param name="Target">To what: its path below <c>/admin</c>.</param>
/// <param name="Details">A JSON object without secrets, or null.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AuditEntry")]
public sealed record AuditEntry(
    [property: Id(0)] string Id,
    [property: Id(1)] long At,
    [property: Id(2)] AuditActor Actor,
    [property: Id(3)] string? Address,
    [property: Id(4)] string Action,
    [property: Id(5)] string Target,
    [property: Id(6)] string? Details)
{
    /// <summary>What the server did by its configuration.</summary>
    public static AuditEntry OfServer(long now, string action, string target) =>
        new(NewId(), now, new("configuration", AdminRole.Owner, Account.Root), null, action, target, null);

    public static string NewId() => RandomNumberGenerator.GetHexString(24, lowercase: true);
}

/// <summary>Who did something in the administration.</summary>
/// <param name="TokenId">The admin token that was used.</param>
/// <param name="Role">Its role.</param>
/// <param name="AccountId">Its account.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AuditActor")]
public sealed record AuditActor(
    [property: Id(0)] string TokenId,
    [property: Id(1)] AdminRole Role,
    [property: Id(2)] string AccountId);

/// <summary>An entry in its place in a log, chained to the one before.</summary>
/// <param name="Sequence">Its number in the log, from 0.</param>
/// <param name="Entry">What happened.</param>
/// <param name="PreviousHash">The hash of the record before, in lower-case hex; of the first one, of the log's name.</param>
/// <param name="Hash">SHA-256 over everything else, in lower-case hex.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AuditRecord")]
public sealed record AuditRecord(
    [property: Id(0)] long Sequence,
    [property: Id(1)] AuditEntry Entry,
    [property: Id(2)] string PreviousHash,
    [property: Id(3)] string Hash)
{
    /// <summary>What the first record of a log is chained to: records cannot be moved to another log.</summary>
    public static string Root(string log) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(log)));

    public static AuditRecord Chain(long sequence, AuditEntry entry, string previousHash) =>
        new(sequence, entry, previousHash, HashOf(sequence, entry, previousHash));

    /// <summary>Whether this is the record that belongs here, unaltered.</summary>
    public bool Follows(long sequence, string previousHash) =>
        Sequence == sequence && PreviousHash == previousHash && Hash == HashOf(sequence, Entry, previousHash);

    /// <summary>Over JSON with members in a fixed order, which anybody can compute again from what the administration shows.</summary>
    private static string HashOf(long sequence, AuditEntry entry, string previousHash)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(sequence);
            writer.WriteStringValue(entry.Id);
            writer.WriteNumberValue(entry.At);
            writer.WriteStringValue(entry.Actor.TokenId);
            writer.WriteStringValue(AdminRoleNames.Of(entry.Actor.Role));
            writer.WriteStringValue(entry.Actor.AccountId);
            writer.WriteStringValue(entry.Address);
            writer.WriteStringValue(entry.Action);
            writer.WriteStringValue(entry.Target);
            writer.WriteStringValue(entry.Details);
            writer.WriteStringValue(previousHash);
            writer.WriteEndArray();
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.ToArray()));
    }
}

/// <summary>The words for roles.</summary>
public static class AdminRoleNames
{
    public static string Of(AdminRole role) => role switch
    {
        AdminRole.Viewer => "viewer",
        AdminRole.Admin => "admin",
        AdminRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>The role of a word, or null when it is not known.</summary>
    public static AdminRole? Parse(string name) => name switch
    {
        "viewer" => AdminRole.Viewer,
        "admin" => AdminRole.Admin,
        "owner" => AdminRole.Owner,
        _ => null,
    };
}
