using System.Diagnostics.CodeAnalysis;
using Vaultrice.Gateway.Http;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>Judges open sockets again when their project has changed: a revoked or narrowed key acts on them at once.</summary>
/// <remarks>
/// Invariant: one review of a project at a time, and none waits for another project's. What is quick to judge is judged for all
/// of a project's sockets first, after every change; the signatures, which cost, take turns among the projects.
/// </remarks>
internal sealed partial class AccessReview(ObjectFeeds feeds, ProjectSnapshots projects, TimeProvider time, ILogger<AccessReview> logger)
    : IHostedService, IDisposable
{
    /// <summary>How soon a project is asked for again that could not be: its failure stands for a second.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(1_100);

    private readonly Lock _lock = new();

    /// <summary>The projects under review, and whether there is a change of them that it has not begun to act on.</summary>
    private readonly Dictionary<string, bool> _reviews = new(StringComparer.Ordinal);

    /// <summary>Leaves a processor to everything else.</summary>
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly CancellationTokenSource _stopping = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        projects.Changed += Note;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        projects.Changed -= Note;
        return _stopping.CancelAsync();
    }

    // A review that is just ending may still use the semaphore, which holds nothing to dispose of.
    public void Dispose() => _stopping.Dispose();

    private void Note(string? projectId)
    {
        if (projectId is not null)
        {
            Begin(projectId);
            return;
        }
        foreach (var each in feeds.ProjectIds)
            Begin(each);
    }

    private void Begin(string projectId)
    {
        if (IsUnderReview(projectId))
            return;
        var stopping = _stopping.Token;
        _ = Task.Run(() => Review(projectId, stopping), stopping);
    }

    /// <summary>Keeps in mind that a project has changed, and says whether somebody is at it already.</summary>
    private bool IsUnderReview(string projectId)
    {
        lock (_lock)
        {
            var isUnderReview = _reviews.ContainsKey(projectId);
            _reviews[projectId] = true;
            return isUnderReview;
        }
    }

    private async Task Review(string projectId, CancellationToken stopping)
    {
        var signed = new SocketQueue();
        var couldAsk = true;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (TakeChange(projectId))
                    await JudgeQuickly(projectId, signed);
                else if (signed.TryDequeue(out var socket))
                    await JudgeInTurn(socket, stopping);
                else if (TryEnd(projectId))
                    return;
                couldAsk = true;
            }
            catch (Exception e) when (ErrorResponses.Explain(e) is not null)
            {
                // The project could not be asked for, which is so for all of its sockets.
                if (couldAsk)
                    LogNotReviewed(e);
                couldAsk = false;
                _ = IsUnderReview(projectId);
                await Task.Delay(RetryAfter, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool TakeChange(string projectId)
    {
        lock (_lock)
        {
            var hasChanged = _reviews[projectId];
            _reviews[projectId] = false;
            return hasChanged;
        }
    }

    private bool TryEnd(string projectId)
    {
        lock (_lock)
            return !_reviews[projectId] && _reviews.Remove(projectId);
    }

    private async Task JudgeQuickly(string projectId, SocketQueue signed)
    {
        foreach (var feed in feeds.Of(projectId))
        {
            foreach (var socket in feed.Sockets)
            {
                await Judge(socket, quickly: true);
                if (socket.IsSigned)
                    signed.Enqueue(socket);
            }
        }
    }

    private async Task JudgeInTurn(ObjectSocket socket, CancellationToken stopping)
    {
        await _turns.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested)
            return;
        try
        {
            // Behind whatever waits for a thread meanwhile.
            await Task.Yield();
            await Judge(socket, quickly: false);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task Judge(ObjectSocket socket, bool quickly)
    {
        try
        {
            await socket.Review(quickly);
        }
#pragma warning disable CA1031 // One socket's failure must not keep the others from being judged.
        catch (Exception e) when (ErrorResponses.Explain(e) is null)
#pragma warning restore CA1031
        {
            LogReviewFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Sockets could not be judged again: a project cannot be asked for. It is tried again.")]
    private partial void LogNotReviewed(Exception cause);

    [LoggerMessage(2, LogLevel.Error, "A socket could not be judged again.")]
    private partial void LogReviewFailed(Exception cause);

    /// <summary>Sockets in the order they came in, each once: however often a project changes, it holds no more than there are.</summary>
    private sealed class SocketQueue
    {
        private readonly Queue<ObjectSocket> _order = new();
        private readonly HashSet<ObjectSocket> _waiting = [];

        public void Enqueue(ObjectSocket socket)
        {
            if (_waiting.Add(socket))
                _order.Enqueue(socket);
        }

        public bool TryDequeue([MaybeNullWhen(false)] out ObjectSocket socket) => _order.TryDequeue(out socket) && _waiting.Remove(socket);
    }
}
