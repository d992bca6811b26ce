using System.Threading.Channels;
using Vaultrice.Gateway.Admin;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.Admin;

/// <summary>Whose turn it is to have an audit log verified.</summary>
public sealed class AuditWalksTests
{
    private static readonly AuditVerdictJson Verdict = new(true, 1, "hash", null, null);

    private readonly AuditWalks _walks = new();
    private readonly Channel<TaskCompletionSource<AuditVerdictJson>> _begun = Channel.CreateUnbounded<TaskCompletionSource<AuditVerdictJson>>();

    [Fact]
    public async Task Walks_of_an_account_go_one_after_the_other_and_those_of_others_beside_them()
    {
        var (one, two, other) = (Make("a"), Make("a"), Make("b"));
        Assert.Equal(2, _begun.Reader.Count);
        var (first, second) = (await Begun(), await Begun());
        first.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => one);
        second.SetResult(Verdict);
        Assert.Equal(Verdict, (await other).Value);
        (await Begun()).SetResult(Verdict);
        Assert.Equal(Verdict, (await two).Value);
    }

    [Fact]
    public async Task Of_an_account_only_some_wait()
    {
        var taken = Enumerable.Range(0, AuditWalks.Most).Select(_ => Make("a")).ToArray();
        Assert.Equal(StorageErrorCode.TooManyRequests, (await Make("a").Or("It waits though too many do")).Error?.Code);
        foreach (var walk in taken)
        {
            (await Begun()).SetResult(Verdict);
            Assert.True((await walk).Succeeded);
        }
        var again = Make("a");
        (await Begun()).SetResult(Verdict);
        Assert.True((await again).Succeeded);
    }

    private Task<TaskCompletionSource<AuditVerdictJson>> Begun() =>
        _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Or("The next walk does not begin");

    private Task<StorageResult<AuditVerdictJson>> Make(string account) => _walks.Make(account, () =>
    {
        var walk = new TaskCompletionSource<AuditVerdictJson>();
        Assert.True(_begun.Writer.TryWrite(walk));
        return walk.Task;
    });
}
