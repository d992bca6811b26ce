namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>Waits with a bound; a bound that is passed says what did not happen.</summary>
internal static class Waiting
{
    /// <summary>Long enough for a busy machine; nothing that works takes it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<T> Or<T>(this Task<T> task, string complaint, TimeSpan? within = null)
    {
        try
        {
            return await task.WaitAsync(within ?? Patience, TimeProvider.System, Xunit.TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{complaint} within {(within ?? Patience).TotalSeconds} s.");
        }
    }

    public static async Task Or(this Task task, string complaint, TimeSpan? within = null) =>
        await Completed(task).Or(complaint, within);

    private static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }
}
