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

    private AuditHead Head => new(stored.State.Count, stored.State.Hash ?? AuditRecord.Root(Log));

    public async Task Append(AuditEntry entry)
    {
        var before = stored.State;
        if (before.Latest.Any(record => record.Entry.Id == entry.Id))
            return;
        // Gateways' clocks differ; the log's times never run back, so that it can be searched by them.
        if (before.Latest is [.., var last] && last.Entry.At > entry.At)
            entry = entry with { At = last.Entry.At };
        var record = AuditRecord.Chain(Head.Count, entry, Head.Hash);
        var latest = before.Latest.Add(record);
        // A page's worth stays behind, to tell an entry that was handed in twice.
        if (latest.Length == 2 * PageRecords)
        {
            // Put again after a crash before the write below, it holds the same.
            await Page((latest[0].Sequence) / PageRecords).Put(latest[..PageRecords]);
            latest = latest[PageRecords..];
        }
        stored.State = new() { Count = record.Sequence + 1, Hash = record.Hash, Latest = latest };
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
}
