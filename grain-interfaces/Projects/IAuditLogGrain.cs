using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>A log of what was done in the administration; keyed by <see cref="OfAccount"/> or <see cref="OfProject"/>.</summary>
[Alias("vaultrice.IAuditLogGrain")]
public interface IAuditLogGrain : IGrainWithStringKey
{
    /// <summary>Writes an entry down; returns once that is durable. Only the account or project whose log it is calls it.</summary>
    [Alias("Append")]
    Task Append(AuditEntry entry);

    /// <summary>Writes the entry about a change down, once however often it is handed in; returns once that is durable.</summary>
    /// <param name="change">Which change of the account or project whose log it is, counted from 1; they are handed in in order.</param>
    /// <param name="entry">The entry.</param>
    [Alias("AppendChange")]
    Task AppendChange(long change, AuditEntry entry);

    [Alias("GetHead")]
    Task<AuditHead> GetHead();

    /// <summary>Records in order, from a sequence number on; at most about a hundred at a time, none at the end.</summary>
    [Alias("Read")]
    Task<ImmutableArray<AuditRecord>> Read(long sequence);

    static string OfAccount(string accountId) => $"account/{accountId}";

    static string OfProject(string projectId) => $"project/{projectId}";
}

/// <summary>Where a log ends.</summary>
/// <param name="Count">How many records it has.</param>
/// <param name="Hash">The hash of the last one.</param>
/// <param name="LastChange">Up to which change of the account or project the log has them all.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.AuditHead")]
public sealed record AuditHead([property: Id(0)] long Count, [property: Id(1)] string Hash, [property: Id(2)] long LastChange = 0);

/// <summary>A full part of a log; keyed by the log and the part's number. Only the log calls it.</summary>
[Alias("vaultrice.IAuditPageGrain")]
public interface IAuditPageGrain : IGrainWithStringKey
{
    [Alias("Put")]
    Task Put(ImmutableArray<AuditRecord> records);

    [Alias("Get")]
    Task<ImmutableArray<AuditRecord>> Get();
}
