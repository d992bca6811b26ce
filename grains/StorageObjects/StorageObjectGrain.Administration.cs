using Vaultrice.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

// What the administration asks of the object.
internal sealed partial class StorageObjectGrain
{
    /// <summary>How many bytes of values a page holds, so that an answer never becomes as large as the object.</summary>
    private const int PageBytes = 1024 * 1024;

    private StorageObjectState? _emptying;

    public async Task<ObjectDescription> Describe(string? after, int count)
    {
        var (state, now) = (await Loaded(), Now());
        var items = state.FindAll(null, now);
        var bytes = 0;
        NamedItem[] page =
        [
            .. items
                .Where(item => after is null || string.CompareOrdinal(item.Name, after) > 0)
                .OrderBy(item => item.Name, StringComparer.Ordinal)
                .Take(count)
                .TakeWhile((item, index) => (bytes += item.Item.Value.Length) <= PageBytes || index == 0),
        ];
        var description = new ObjectDescription(
            state.Revision, items.Length, state.Bytes, [.. page], [.. _connections.Joined], _connections.LiveCount);
        await _gate.Settle();
        return Counted("describe", description);
    }

    /// <remarks>
    /// Whoever comes meanwhile waits until the object is empty and goes on with the empty one; whatever was handed in before is
    /// stored and announced first. So nothing is acknowledged that is then deleted unseen.
    /// </remarks>
    public Task Destroy() => _keyOrders.Take(DestroyOnce);

    private async Task<bool> DestroyOnce()
    {
        StorageObjectState state;
        try
        {
            do
                state = await Loaded();
            while (state != _state);
        }
        catch (Exception e) when (e is ObjectStoreException or KeysUnavailableException)
        {
            // What cannot be read any more can be deleted all the same.
            await _seal!.Delete(Rules.IsSealed);
            DeactivateOnIdle();
            return true;
        }
        if (state.Revision == 0 && _connections.IsEmpty)
        {
            // An earlier attempt may have deleted everything, and failed to get the keys out of the engine's files.
            await _store.Purge();
            return Counted("destroy", true);
        }
        _state = null;
        _emptying = state;
        state.Retire();
        await (_loading = Empty(state));
        return Counted("destroy", true);
    }

    private async Task<StorageObjectState> Empty(StorageObjectState state)
    {
        try
        {
            await _gate.Settle();
            await _seal!.Delete(Rules.IsSealed);
        }
        catch
        {
            // Whether it is gone is unknown: a new activation finds out, and has those who listen begin anew.
            DeactivateOnIdle();
            throw;
        }
        var now = Now();
        var empty = new StorageObjectState(state.Remains(), _gate, _class!, _options, now);
        // Copied: of the lost ones some are forgotten meanwhile.
        foreach (var connection in _connections.All.ToArray())
            _connections.EndPresence(connection);
        // What happened before is nobody's to hear any more.
        _ring.Clear();
        Publish([.. state.Names.Select(name => new ItemRemoved(name))], empty.Revision);
        _ = _gate.Settle();
        _state = empty;
        _emptying = null;
        return empty;
    }
}
