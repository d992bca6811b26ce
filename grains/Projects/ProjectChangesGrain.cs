using System.Security.Cryptography;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>
/// The latest changes of projects, in memory: a new activation, or a question about changes long gone, is answered with
/// "anything may have changed".
/// </summary>
[GrainType("vaultrice.project-changes")]
internal sealed class ProjectChangesGrain(TimeProvider time) : Grain, IProjectChangesGrain
{
    private const int Kept = 1_000;

    /// <summary>How long a question waits for a change: well below the second within which changes act.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(300);

    private readonly long _epoch = RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly Queue<string> _latest = [];
    private long _number;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Publish(string projectId)
    {
        _latest.Enqueue(projectId);
        if (_latest.Count > Kept)
            _latest.Dequeue();
        _number++;
        _next.SetResult();
        _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Task.CompletedTask;
    }

    public async Task<ProjectChanges> Since(ChangeMark? mark)
    {
        if (mark?.Epoch == _epoch && mark.Number == _number)
            await _next.Task.WaitAsync(Wait, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var present = new ChangeMark(_epoch, _number);
        var missed = _number - mark?.Number;
        return mark?.Epoch != _epoch || missed > _latest.Count
            ? new(present, null)
            : new(present, [.. _latest.Skip(_latest.Count - (int)missed!.Value)]);
    }
}
