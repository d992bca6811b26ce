using Orleans.Streams;

namespace Vaultrice.Grains.Streaming;

/// <summary>Lets the pulling agent wait at its queue, instead of asking again and again.</summary>
internal sealed class NoticeReceiver(NoticeQueue queue) : IQueueAdapterReceiver
{
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
        queue.WaitForNewsAsync(CancellationToken.None);

    /// <summary>The agent cancels the token when it stops, which ends the wait at once.</summary>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken) =>
        queue.WaitForNewsAsync(cancellationToken);

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;
}
