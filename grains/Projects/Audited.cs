using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>
/// A state whose changes are written down. The entry is stored together with the change, then handed to the log, so that
/// no crash leaves a change that nobody can read about: what was stored and not handed over is handed over later. Changes are
/// counted, and the log remembers up to which it has them, so that it has each once.
/// </summary>
/// <remarks>Invariant: memory never runs ahead of the store. After a failed write it is as before, and the grain loads anew.</remarks>
internal sealed class Audited<T>(IPersistentState<AuditedState<T>> stored, IAuditLogGrain log, Action reload)
    where T : class
{
    // What the store is known to hold; the persistent state is ahead of it while a write is under way.
    private AuditedState<T> _durable = stored.State;
    private long _writtenDown;
    private long? _lastInLog;

    /// <summary>The state, or null if there is none.</summary>
    public T? Value => _durable.Value;

    /// <summary>Returns once the new state is durable; then call <see cref="WriteDown"/> before answering.</summary>
    public async Task Store(T value, AuditEntry entry)
    {
        // There is room for one entry: the one before must have been handed over.
        await WriteDown();
        // A silo of an earlier version stores no number; counted from 1 again, the log would take what comes for known.
        _lastInLog ??= (await log.GetHead()).LastChange;
        var next = new AuditedState<T> { Value = value, Entry = entry, Change = Math.Max(_durable.Change, _lastInLog.Value) + 1 };
        stored.State = next;
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            stored.State = _durable;
            reload();
            throw;
        }
        _durable = next;
    }

    /// <summary>Returns once the log has what was stored.</summary>
    public async Task WriteDown()
    {
        var (entry, change) = (_durable.Entry, _durable.Change);
        if (entry is null || change <= _writtenDown)
            return;
        await log.AppendChange(change, entry);
        _writtenDown = Math.Max(_writtenDown, change);
    }

    /// <summary>Writes down what was done without changing the state. What was stored before comes first: the log is in the order of happening.</summary>
    public async Task Note(AuditEntry entry)
    {
        await WriteDown();
        await log.Append(entry);
    }
}

/// <summary>What is stored: the state, and the entry about its last change.</summary>
[GenerateSerializer, Alias("vaultrice.AuditedState`1")]
internal sealed class AuditedState<T>
    where T : class
{
    [Id(0)]
    public T? Value { get; set; }

    [Id(1)]
    public AuditEntry? Entry { get; set; }

    /// <summary>Which change that was, counted from 1.</summary>
    [Id(2)]
    public long Change { get; set; }
}
