using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Faults;

/// <summary>A server that is killed in the middle of writing has kept every promise it made.</summary>
public sealed class CrashTests
{
    private const int Kills = 8;

    [Fact]
    public async Task Every_acknowledged_write_is_there_after_a_kill_and_the_others_all_or_nothing()
    {
        await using var server = await TestServer.Start();
        // As many as it takes for their writes to share transactions.
        string[] ids = ["one", "two", "three", "four", "five"];
        var histories = ids.ToDictionary(id => id, _ => new WriteHistory());
        for (var kill = 0; kill < Kills; kill++)
        {
            using var stop = new CancellationTokenSource();
            var before = histories.Values.Sum(history => history.Acknowledged);
            var writers = histories.SelectMany(entry => Writers(entry.Value, CallsOn(server, entry.Key), stop.Token)).ToArray();
            // Each kill at another point of the load, and never before there was one; the last when the store's journal is moving into its tables.
            await Reached(histories.Values, before + (kill == Kills - 1 ? 20_000 : 100 + kill * 70), writers);
            await server.Process.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(writers).Or("The writers did not notice that the server is gone");
            await server.StartProcess();
            foreach (var (id, history) in histories)
                await history.Check(CallsOn(server, id));
        }
    }

    private static Calls CallsOn(TestServer server, string id) => new(server.Http, TestServer.ProjectId, "crash", id);

    private static IEnumerable<Task> Writers(WriteHistory history, Calls calls, CancellationToken stop)
    {
        for (var i = 0; i < 3; i++)
        {
            yield return history.Set(calls, $"single-{i}", stop);
            yield return history.SetMany(calls, $"group-{i}", stop);
            yield return history.Increment(calls, stop);
        }
    }

    /// <summary>Waits until so many writes were acknowledged.</summary>
    private static async Task Reached(IReadOnlyCollection<WriteHistory> histories, int acknowledged, Task[] writers)
    {
        using var patience = new CancellationTokenSource(Waiting.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        while (histories.Sum(history => history.Acknowledged) < acknowledged)
        {
            Assert.False(patience.IsCancellationRequested, $"{acknowledged} writes were not acknowledged within {Waiting.Patience.TotalSeconds} s.");
            if (writers.FirstOrDefault(writer => writer.IsCompleted) is { } ended)
            {
                await ended;
                Assert.Fail("A writer gave up although the server was not killed yet.");
            }
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
