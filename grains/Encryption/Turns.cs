namespace Vaultrice.Grains.Encryption;

/// <summary>Lets the calls of a reentrant grain do something one after the other. Used on the grain's scheduler.</summary>
internal sealed class Turns
{
    private Task _last = Task.CompletedTask;

    public async Task<T> Take<T>(Func<Task<T>> work)
    {
        var mine = new TaskCompletionSource();
        var before = _last;
        _last = mine.Task;
        await before;
        try
        {
            return await work();
        }
        finally
        {
            mine.SetResult();
        }
    }
}
