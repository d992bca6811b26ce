using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>
/// A log of the administration. Its latest records and where it ends are one state, so that appending is one write; a
/// hundred at a time move to pages of their own, so that no state grows without bound.
/// </summary>
[GrainType("vaultrice.audit-log")]
internal sealed class AuditLogGrain([PersistentState("audit-log")] IPersistentState<AuditLogState> stored) : Grain, IAuditLogGrain
{
    internal const int PageRecords = 100;

    private string Log => this.GetPrimaryKeyString();

    private AuditHead Head => new(stored.State.Count, stored.State.Hash ?? AuditRecord.Root(Log), stored.State.LastChange);

    public Task Append(AuditEntry entry) => Append(entry, stored.State.LastChange);

    // The number is stored with the record: what was handed in before is known by it for ever, also after a crash.
    public Task AppendChange(long change, AuditEntry entry) =>
        change > stored.State.LastChange ? Append(entry, change) : Task.CompletedTask;

    public Task<AuditHead> GetHead() => Task.FromResult(Head);

    public async Task<ImmutableArray<AuditRecord>> Read(long sequence)
    {
        var latest = stored.State.Latest;
        var inPages = stored.State.Count - latest.Length;
        if (sequence >= inPages)
            return [.. latest.Skip((int)Math.Min(sequence - inPages, latest.Length)).Take(PageRecords)];
        var page = await Page(sequence / PageRecords).Get();
        return [.. page.Skip((int)(sequence % PageRecords))];
    }

    private async Task Append(AuditEntry entry, long lastChange)
    {
        var before = stored.State;
        // Gateways' clocks differ; the log's times never run back, so that it can be searched by them.
        if (before.Latest is [.., var last] && last.Entry.At > entry.At)
            entry = entry with { At = last.Entry.At };
        var record = AuditRecord.Chain(Head.Count, entry, Head.Hash);
        var latest = before.Latest.Add(record);
        // A page's worth stays behind: what was done last is what is read most.
        if (latest.Length == 2 * PageRecords)
        {
            // Put again after a crash before the write below, it holds the same.
            await Page((latest[0].Sequence) / PageRecords).Put(latest[..PageRecords]);
            latest = latest[PageRecords..];
        }
        stored.State = new() { Count = record.Sequence + 1, Hash = record.Hash, Latest = latest, LastChange = lastChange };
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            // It may have been written all the same: read again before anything else is chained.
            stored.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    private IAuditPageGrain Page(long number) => GrainFactory.GetGrain<IAuditPageGrain>($"{Log}/{number}");
}

/// <summary>What is stored of a log beside its pages.</summary>
[GenerateSerializer, Alias("vaultrice.AuditLogState")]
internal sealed class AuditLogState
{
    [Id(0)]
    public long Count { get; set; }

    [Id(1)]
    public string? Hash { get; set; }

    [Id(2)]
    public ImmutableArray<AuditRecord> Latest { get; set; } = [];

    /// <summary>Up to which change of the account or project the log has them all.</summary>
    [Id(3)]
    public long LastChange { get; set; }
}
