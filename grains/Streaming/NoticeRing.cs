using Vaultrice.Gateways;

namespace Vaultrice.Grains.Streaming;

/// <summary>A growing ring of notices addressed by their position: how many were ever appended before them.</summary>
internal sealed class NoticeRing
{
    private (GatewayNotice? Notice, long Size)[] _slots = new (GatewayNotice?, long)[16];

    /// <summary>Position of the oldest notice held.</summary>
    public long First { get; private set; }

    /// <summary>Position the next notice will get.</summary>
    public long Next { get; private set; }

    public long Count => Next - First;

    /// <summary>The approximate size of all notices held.</summary>
    public long Bytes { get; private set; }

    public (GatewayNotice Notice, long Size) this[long position]
    {
        get
        {
            var (notice, size) = _slots[position & (_slots.Length - 1)];
            return (notice!, size);
        }
    }

    public void Append(GatewayNotice notice, long size)
    {
        if (Count == _slots.Length)
            Grow();
        _slots[Next & (_slots.Length - 1)] = (notice, size);
        Next++;
        Bytes += size;
    }

    public void RemoveFirst()
    {
        ref var slot = ref _slots[First & (_slots.Length - 1)];
        Bytes -= slot.Size;
        slot = default;
        First++;
    }

    private void Grow()
    {
        // The length stays a power of two, so that a position's slot is its low bits.
        var larger = new (GatewayNotice?, long)[_slots.Length * 2];
        for (var position = First; position < Next; position++)
            larger[position & (larger.Length - 1)] = _slots[position & (_slots.Length - 1)];
        _slots = larger;
    }
}
