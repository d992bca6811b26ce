using System.Text.Json;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Part of an audit log.</summary>
/// <param name="Records">In order.</param>
/// <param name="Cursor">Where the next part begins; left out at the end.</param>
internal sealed record AuditPageJson(AuditRecordJson[] Records, string? Cursor);

/// <summary>What somebody did.</summary>
/// <param name="Seq">Its number in the log, from 0.</param>
/// <param name="Id">Its id, the same in the logs of project and account.</param>
/// <param name="At">In ms since the Unix epoch.</param>
/// <param name="Actor">Who.</param>
/// <param name="Address">From which network address.</param>
/// <param name="Action">What.</param>
/// <param name="Target">To what: its path below <c>/admin</c>.</param>
/// <param name="Details">What was sent, without secrets; <c>omittedBytes</c> and <c>sha256</c> stand for what is longer than 8 KiB.</param>
/// <param name="PreviousHash">The hash of the record before.</param>
/// <param name="Hash">SHA-256 over all of it and the hash before.</param>
internal sealed record AuditRecordJson(
    long Seq,
    string Id,
    long At,
    AuditActorJson Actor,
    string? Address,
    string Action,
    string Target,
    JsonElement? Details,
    string PreviousHash,
    string Hash)
{
    public static AuditRecordJson Of(AuditRecord record) => new(
        record.Sequence,
        record.Entry.Id,
        record.Entry.At,
        new(record.Entry.Actor.TokenId, AdminRoleNames.Of(record.Entry.Actor.Role), record.Entry.Actor.AccountId),
        record.Entry.Address,
        record.Entry.Action,
        record.Entry.Target,
        record.Entry.Details is { } details ? JsonElement.Parse(details) : null,
        record.PreviousHash,
        record.Hash);
}

/// <summary>Who did something.</summary>
/// <param name="TokenId">The admin token that was used.</param>
/// <param name="Role">Its role.</param>
/// <param name="AccountId">Its account.</param>
internal sealed record AuditActorJson(string TokenId, string Role, string AccountId);

/// <summary>Whether a log is as it was written.</summary>
/// <param name="Valid">Whether it is.</param>
/// <param name="Count">How many records it has.</param>
/// <param name="Hash">The hash of the last one: note it elsewhere, to compare it later.</param>
/// <param name="Seq">The first record that is wrong.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record AuditVerdictJson(bool Valid, long Count, string Hash, long? Seq, string? Reason);
