using System.Collections.Concurrent;
using System.Threading.Channels;
using Vaultrice.Gateway.Http;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.RealTime;

/// <summary>Judges open sockets again when their project has changed: a revoked or narrowed key acts on them at once.</summary>
internal sealed partial class AccessReview(ObjectFeeds feeds, ProjectSnapshots projects, ILogger<AccessReview> logger) : BackgroundService
{
    /// <summary>Stands for all projects.</summary>
    private const string All = "";

    private readonly ConcurrentDictionary<string, bool> _due = new(StringComparer.Ordinal);
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        projects.Changed += Note;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        projects.Changed -= Note;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var _ in _signal.Reader.ReadAllAsync(stoppingToken))
            {
                foreach (var projectId in _due.Keys)
                {
                    if (_due.TryRemove(projectId, out var _))
                        await Review(projectId);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private void Note(string? projectId)
    {
        _due[projectId ?? All] = true;
        _signal.Writer.TryWrite(true);
    }

    private async Task Review(string projectId)
    {
        foreach (var feed in feeds.Of(projectId == All ? null : projectId))
        {
            foreach (var socket in feed.Sockets)
            {
                try
                {
                    await socket.Review();
                }
                catch (Exception e) when (ErrorResponses.Explain(e) is not null)
                {
                    // Asked again when the projects can be asked again: that is told like a change.
                    LogNotReviewed(e);
                    return;
                }
#pragma warning disable CA1031 // One socket's failure must not keep the others from being judged.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    LogReviewFailed(e);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Sockets could not be judged again: a project cannot be asked for.")]
    private partial void LogNotReviewed(Exception cause);

    [LoggerMessage(2, LogLevel.Error, "A socket could not be judged again.")]
    private partial void LogReviewFailed(Exception cause);
}
