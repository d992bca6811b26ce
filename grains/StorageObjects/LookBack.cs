using System.Collections.Immutable;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// Works out what a listener missed since a position: every event while the ring reaches back, else the outcome.
/// Memory may be ahead of the store, so this takes two steps: a glance, and after the gate has settled, what to tell.
/// </summary>
internal sealed class LookBack(long epoch, EventRing ring, CommitGate gate)
{
    /// <summary>What memory knows now; nobody may be told of it before all that is handed in by now is durable.</summary>
    public Glance Take(FeedPosition position, StorageObjectState state, long now) =>
        FromRing(position) is null
            ? new(true, state.ChangedSince(position.Revision, now), ring.LastSequence + gate.UnannouncedEvents)
            : default;

    /// <summary>All that happened after a position up to the last announced event.</summary>
    /// <param name="position">The position.</param>
    /// <param name="glance">A glance after which the gate has settled.</param>
    /// <param name="events">The events; null when they are forgotten.</param>
    /// <returns>False when too much has happened since the glance: take another.</returns>
    public bool TryTell(FeedPosition position, Glance glance, out ImmutableArray<ObjectEvent>? events)
    {
        events = FromRing(position);
        if (events is not null)
            return true;
        if (!glance.HasOutcome)
            return false;
        if (glance.Outcome is not { } outcome)
            return true;
        // What was announced after the glance is durable, but the glance does not show it.
        if (ring.After(glance.Sequence) is not { } later)
            return false;
        events = outcome.AddRange(later);
        return true;
    }

    private ImmutableArray<ObjectEvent>? FromRing(FeedPosition position) =>
        position.Epoch == epoch ? ring.After(position.Sequence) : null;

    /// <summary>The outcome as memory had it, and the sequence of the last event in it; nothing if the ring will do.</summary>
    public readonly record struct Glance(bool HasOutcome, ImmutableArray<ObjectEvent>? Outcome, long Sequence);
}
