using Vaultrice.Grains.Tests.StorageObjects;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>Signing keys follow each other with overlap.</summary>
public sealed class SigningKeysTests(ObjectCluster cluster) : IClassFixture<ObjectCluster>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_new_key_is_known_before_it_signs_and_the_old_one_as_long_as_a_token_of_it_can_live()
    {
        var grain = cluster.Client.GetGrain<ISigningKeysGrain>(0);
        var first = Assert.Single(await grain.Get());
        Assert.Equal(cluster.Now, first.SignsFrom);
        cluster.Advance(30 * Day - TimeSpan.FromMilliseconds(1));
        Assert.Equal([first.Id], (await grain.Get()).Select(key => key.Id));

        // By itself, after the days that are set.
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        var keys = await grain.Get();
        Assert.Equal(2, keys.Length);
        Assert.Equal(first.Id, SigningKey.Signing(keys, cluster.Now).Id);
        Assert.Equal(cluster.Now + (long)SigningKey.PublishedBefore.TotalMilliseconds, keys[1].SignsFrom);
        cluster.Advance(SigningKey.PublishedBefore - TimeSpan.FromMilliseconds(1));
        Assert.Equal(first.Id, SigningKey.Signing(await grain.Get(), cluster.Now).Id);
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(keys[1].Id, SigningKey.Signing(await grain.Get(), cluster.Now).Id);
        cluster.Advance(SigningKey.LongestToken);
        Assert.Equal(keys.Select(key => key.Id), (await grain.Get()).Select(key => key.Id));
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([keys[1].Id], (await grain.Get()).Select(key => key.Id));

        // On request, but one at a time.
        var asked = await grain.Rotate(AuditEntry.OfServer(cluster.Now, "signingKeys.rotate", "signing-keys"));
        Assert.Equal(2, asked.Length);
        Assert.Equal(keys[1].Id, asked[0].Id);
        Assert.Equal(asked.Select(key => key.Id), (await grain.Rotate(AuditEntry.OfServer(cluster.Now, "signingKeys.rotate", "signing-keys"))).Select(key => key.Id));
        Assert.All(asked, key => Assert.NotEqual(0, key.PrivateKey.Length));
    }
}
