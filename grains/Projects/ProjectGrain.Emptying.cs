using Microsoft.Extensions.Logging;
using Vaultrice.Encryption;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Projects;

// Deletes the objects of a deleted project, a portion at a time. The tombstone knows that it is to be done, so that it goes on
// after a restart.
internal sealed partial class ProjectGrain
{
    private const int Portion = 50;
    private const int AtOnce = 10;

    /// <summary>
    /// For how long after the deletion objects may still be made, by requests that were let in before: gateways know within a
    /// second, and no request takes longer than half a minute.
    /// </summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private IGrainTimer? _emptying;

    private void GoOnEmptying()
    {
        if (State.Value?.IsBeingEmptied == true)
        {
            // Interleaved: whoever asks for the project meanwhile is told at once that there is none.
            _emptying ??= this.RegisterGrainTimer(EmptySome, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
    }

    private async Task EmptySome(CancellationToken cancellationToken)
    {
        var next = LookAgainAfter;
        try
        {
            // Decided before looking: what is not there after that time will not come.
            var isLast = State.Value!.DeletedAt + (long)Late.TotalMilliseconds < Now();
            var objects = await GrainFactory.GetGrain<IProjectObjectsGrain>(Id).List(null, null, null, Portion);
            // Some at once, so that they wait together until the engine has shredded their keys.
            foreach (var some in objects.Chunk(AtOnce))
                await Task.WhenAll(some.Select(id => GrainFactory.GetGrain<IStorageObjectGrain>(id.ToString()).Destroy()));
            if (objects.Length > 0)
                next = TimeSpan.FromMilliseconds(1);
            else if (isLast)
            {
                await Emptied();
                return;
            }
        }
#pragma warning disable CA1031 // Whatever it was: it is tried again until it is done.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotEmptied(e, Id);
        }
        _emptying?.Change(next, Timeout.InfiniteTimeSpan);
    }

    private async Task Emptied()
    {
        var entry = AuditEntry.OfServer(Now(), "project.emptied", $"projects/{Id}");
        await GrainFactory.GetGrain<IAccountGrain>(State.Value!.AccountId).RemoveProject(Id, entry);
        await GrainFactory.GetGrain<IReencryptionGrain>(Id).Forget();
        await GrainFactory.GetGrain<IProjectKeysGrain>(Id).Shred();
        await use.ClearStateAsync();
        await State.Store(State.Value with { IsEmptied = true }, entry);
        await State.WriteDown();
        await GrainFactory.GetGrain<IProjectDirectoryGrain>(0).RemoveDeleted(Id);
        _emptying?.Dispose();
        _emptying = null;
    }

    [LoggerMessage(1, LogLevel.Warning, "Objects of the deleted project {ProjectId} could not be deleted; it is tried again in a few seconds.")]
    private partial void LogNotEmptied(Exception cause, string projectId);
}
