using Vaultrice.Grains.Storage;
using Xunit;

namespace Vaultrice.Grains.Tests.Storage;

/// <summary>What every engine promises of grain states.</summary>
public abstract class GrainStateStoreContract
{
    private protected abstract IGrainStateStore Store { get; }

    [Fact]
    public async Task There_is_no_state_before_one_is_written() => Assert.Null(await Store.Read("key"));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public async Task A_state_comes_back_with_the_etag_it_was_given(int size)
    {
        var data = new byte[size];
        new Random(size).NextBytes(data);
        var etag = await Store.Write("key/ä😀", data, null);
        Assert.NotNull(etag);

        var stored = await Store.Read("key/ä😀");
        Assert.Equal(etag, stored!.Value.ETag);
        Assert.True(stored.Value.Data.AsSpan().SequenceEqual(data));
        Assert.Null(await Store.Read("key/a"));
    }

    [Fact]
    public async Task Only_the_holder_of_the_present_etag_writes()
    {
        var first = await Store.Write("key", [1], null);
        Assert.Null(await Store.Write("key", [2], null));
        Assert.Null(await Store.Write("key", [2], "other"));
        var second = await Store.Write("key", [2], first);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        Assert.Null(await Store.Write("key", [3], first));
        Assert.Equal([2], (await Store.Read("key"))!.Value.Data);
    }

    [Fact]
    public async Task A_write_that_expects_a_state_fails_when_there_is_none() =>
        Assert.Null(await Store.Write("key", [1], "etag"));

    [Fact]
    public async Task Only_the_holder_of_the_present_etag_deletes()
    {
        var etag = await Store.Write("key", [1], null);
        Assert.False(await Store.Delete("key", "other"));
        Assert.False(await Store.Delete("key", null));
        Assert.NotNull(await Store.Read("key"));
        Assert.True(await Store.Delete("key", etag));
        Assert.Null(await Store.Read("key"));
    }

    [Fact]
    public async Task No_state_counts_as_deleted()
    {
        Assert.True(await Store.Delete("key", null));
        Assert.True(await Store.Delete("key", "etag"));
    }

    [Fact]
    public async Task An_etag_does_not_come_back_after_a_deletion()
    {
        var etag = await Store.Write("key", [1], null);
        await Store.Delete("key", etag);
        Assert.NotEqual(etag, await Store.Write("key", [1], null));
        Assert.False(await Store.Delete("key", etag));
    }

    [Fact]
    public async Task Of_writers_at_once_with_one_etag_one_wins()
    {
        var etag = await Store.Write("key", [0], null);
        var results = await Task.WhenAll(Enumerable.Range(1, 50).Select(async i =>
        {
            await Task.Yield();
            return await Store.Write("key", [(byte)i], etag);
        }));
        Assert.Single(results, result => result is not null);
    }
}
