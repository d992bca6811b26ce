using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Waits that name what did not happen.</summary>
internal static class Waits
{
    /// <summary>In real time, for a machine with other things to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Did not happen: {what}");
        }
    }
}
