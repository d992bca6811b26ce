using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>
/// A state whose changes are written down. The entry is stored together with the change, then handed to the log, so that
/// no crash leaves a change that nobody can read about: what was stored and not handed over is handed over later.
/// </summary>
/// <remarks>Invariant: memory never runs ahead of the store. After a failed write it is as before, and the grain loads anew.</remarks>
internal sealed class Audited<T>(IPersistentState<AuditedState<T>> stored, IAuditLogGrain log, Action reload)
    where T : class
{
    private string? _written;

    public IAuditLogGrain Log => log;

    /// <summary>The state, or null if there is none.</summary>
    public T? Value => stored.RecordExists ? stored.State.Value : null;

    /// <summary>Returns once the new state is durable; then call <see cref="WriteDown"/> before answering.</summary>
    public async Task Store(T value, AuditEntry entry)
    {
        // There is room for one entry: the one before must have been handed over.
        await WriteDown();
        var before = stored.State;
        stored.State = new() { Value = value, Entry = entry };
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            stored.State = before;
            reload();
            throw;
        }
    }

    /// <summary>Returns once the log has what was stored.</summary>
    public async Task WriteDown()
    {
        if (stored.State.Entry is not { } entry || entry.Id == _written)
            return;
        await log.Append(entry);
        _written = entry.Id;
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
}
