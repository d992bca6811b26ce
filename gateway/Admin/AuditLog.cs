using System.Collections.Immutable;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// An audit log as its readers walk it; the grain is asked a page at a time, so that nobody waits for a long walk. What a crash
/// has left to be written down is written down before they see anything.
/// </summary>
internal sealed class AuditLog(IAuditLogGrain grain, string name, Func<Task> writeDown)
{
    public static AuditLog OfAccount(IGrainFactory grains, string accountId) =>
        Of(grains, IAuditLogGrain.OfAccount(accountId), grains.GetGrain<IAccountGrain>(accountId).WriteDown);

    public static AuditLog OfProject(IGrainFactory grains, string projectId) =>
        Of(grains, IAuditLogGrain.OfProject(projectId), grains.GetGrain<IProjectGrain>(projectId).WriteDown);

    /// <summary>Some records in order, none past the end.</summary>
    /// <param name="sequence">The number of the first one; null to go by time.</param>
    /// <param name="from">The time to begin at, in ms since the Unix epoch.</param>
    public async Task<ImmutableArray<AuditRecord>> Read(long? sequence, long from)
    {
        await writeDown();
        return await grain.Read(sequence ?? await Find(from));
    }

    /// <summary>
    /// Walks the chain from the first record to the head. An anchor, a sequence number and the hash that the record had when
    /// somebody noted it elsewhere, tells also of a log that was written anew as a whole.
    /// </summary>
    public async Task<AuditVerdictJson> Verify(long? anchor, string? anchorHash, CancellationToken cancellationToken)
    {
        await writeDown();
        var head = await grain.GetHead();
        var hash = AuditRecord.Root(name);
        var sequence = 0L;
        while (sequence < head.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var records = await grain.Read(sequence);
            if (records.IsEmpty)
                return Bad("is missing");
            foreach (var record in records)
            {
                if (!record.Follows(sequence, hash))
                    return Bad("was altered, or is not the one that was written here");
                if (sequence == anchor && !record.Hash.Equals(anchorHash, StringComparison.OrdinalIgnoreCase))
                    return Bad("has another hash than the one it is compared with");
                hash = record.Hash;
                if (++sequence == head.Count)
                    break;
            }
        }
        if (hash != head.Hash)
            return Bad("does not end the log as it was when it was written last");
        if (anchor >= sequence)
            return new(false, head.Count, head.Hash, sequence, "The record that is compared is missing: the log is shorter.");
        return new(true, head.Count, head.Hash, null, null);

        AuditVerdictJson Bad(string what) => new(false, head.Count, head.Hash, sequence, $"Record {sequence} {what}.");
    }

    /// <summary>The sequence number of the first record at or after a time; times in a log never run back.</summary>
    private async Task<long> Find(long at)
    {
        var (low, high) = (0L, (await grain.GetHead()).Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (await grain.Read(middle) is not [var record, ..] || record.Entry.At >= at)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static AuditLog Of(IGrainFactory grains, string name, Func<Task> writeDown) =>
        new(grains.GetGrain<IAuditLogGrain>(name), name, writeDown);
}
