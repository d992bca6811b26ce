using System.Collections.Concurrent;
using System.Security.Cryptography;
using Vaultrice.Encryption;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Encryption;

/// <summary>
/// The keys of projects as this process has unwrapped them, so that the master key is needed once per project and key. They are
/// kept in memory for as long as their project keeps them: a key vault may then be away for a while.
/// </summary>
internal sealed class ProjectKeys : IDisposable
{
    /// <summary>After a failure those who come at once are told the same, and do not wait for the next.</summary>
    private static readonly TimeSpan FailureHolds = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string ProjectId, int Version), Entry> _keys = [];
    private readonly IGrainFactory _grains;
    private readonly MasterKeys _master;
    private readonly ProjectSnapshots? _projects;
    private readonly TimeProvider _time;

    public ProjectKeys(IGrainFactory grains, MasterKeys master, TimeProvider time, ProjectSnapshots? projects = null)
    {
        (_grains, _master, _projects, _time) = (grains, master, projects, time);
        _projects?.Changed += ForgetIfShredded;
    }

    /// <summary>
    /// The project's current key; the first one is made if there is none. Always asks which it is: a version that ceased to be
    /// current must not be used for anything new.
    /// </summary>
    /// <exception cref="KeysUnavailableException">It cannot be had at present.</exception>
    /// <exception cref="ObjectStoreException">It was deleted or altered for good.</exception>
    public async Task<(int Version, ReadOnlyMemory<byte> Key)> Current(string projectId)
    {
        var keys = _grains.GetGrain<IProjectKeysGrain>(projectId);
        var ring = await keys.Get();
        if (ring.Current == 0)
        {
            // Asked for as version 0, so that those who need it at the same time wait for the vault together.
            await Ask(projectId, 0, async () => (await keys.GetOrCreate()).Succeeded ? [] : throw Gone(projectId));
            _keys.TryRemove((projectId, 0), out _);
            ring = await keys.Get();
        }
        return (ring.Current, await Get(projectId, ring.Current));
    }

    /// <summary>A key of a project.</summary>
    /// <exception cref="KeysUnavailableException">It cannot be had at present.</exception>
    /// <exception cref="ObjectStoreException">It was deleted or altered for good.</exception>
    public async Task<ReadOnlyMemory<byte>> Get(string projectId, int version) => await Ask(projectId, version, async () =>
    {
        var ring = await _grains.GetGrain<IProjectKeysGrain>(projectId).Get();
        return await Unwrap(projectId, ring.Find(version) ?? throw Gone(projectId));
    });

    public void Dispose() => _projects?.Changed -= ForgetIfShredded;

    private Task<byte[]> Ask(string projectId, int version, Func<Task<byte[]>> ask)
    {
        while (true)
        {
            var created = new Entry(_time);
            var entry = _keys.GetOrAdd((projectId, version), created);
            if (entry == created)
                _ = Task.Run(() => entry.Run(ask));
            else if (entry.FailedAt is { } failedAt && _time.GetElapsedTime(failedAt) > FailureHolds)
            {
                _keys.TryRemove(KeyValuePair.Create((projectId, version), entry));
                continue;
            }
            return entry.Key;
        }
    }

    private async Task<byte[]> Unwrap(string projectId, WrappedProjectKey key)
    {
        try
        {
            return await _master.Unwrap(new(key.MasterKeyId, key.Wrapped));
        }
        catch (CryptographicException e)
        {
            throw new ObjectStoreException($"Version {key.Version} of the key of project '{projectId}' was altered in the store: put back a backup.", e);
        }
    }

    private void ForgetIfShredded(string? projectId)
    {
        if (projectId is not null && _keys.Keys.Any(key => key.ProjectId == projectId))
            _ = Task.Run(() => CheckShredded(projectId));
    }

    private async Task CheckShredded(string projectId)
    {
        if (!(await _grains.GetGrain<IProjectKeysGrain>(projectId).Get()).IsShredded)
            return;
        // Not overwritten here: somebody may be about to use it, and must not use zeros in its place.
        foreach (var key in _keys.Keys.Where(key => key.ProjectId == projectId))
            _keys.TryRemove(key, out _);
    }

    private static ObjectStoreException Gone(string projectId) =>
        new($"The key of project '{projectId}' was deleted: what was encrypted under it is unreadable for good.");

    private sealed class Entry(TimeProvider time)
    {
        private readonly TaskCompletionSource<byte[]> _key = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _failedAt;

        public Task<byte[]> Key => _key.Task;

        /// <summary>When it failed; null if it has not.</summary>
        public long? FailedAt => _key.Task.IsFaulted ? _failedAt : null;

        public async Task Run(Func<Task<byte[]>> ask)
        {
            try
            {
                _key.SetResult(await ask());
            }
#pragma warning disable CA1031 // Whatever it was: those who asked get to know.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failedAt = time.GetTimestamp();
                _key.SetException(e);
                _ = _key.Task.Exception;
            }
        }
    }
}
