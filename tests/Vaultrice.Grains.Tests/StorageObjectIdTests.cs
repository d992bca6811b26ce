using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests;

public sealed class StorageObjectIdTests
{
    [Fact]
    public void A_key_reads_back_as_the_address_it_was_made_from()
    {
        var id = new StorageObjectId("p", "_undefined_", "a/b");
        Assert.Equal(id, StorageObjectId.Parse(id.ToString()));
    }

    [Theory]
    [InlineData("name", true)]
    [InlineData("a/b", true)]
    [InlineData("...", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("a/../b", false)]
    [InlineData("a\u0000b", false)]
    [InlineData("a\u0085b", false)]
    [InlineData("\ud83d\ude00", true)]
    public void Names_are_checked_for_what_no_path_can_carry(string name, bool valid) =>
        Assert.Equal(valid, StorageObjectId.IsValidName(name));

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() =>
        // Made here, because an attribute cannot carry it.
        Assert.False(StorageObjectId.IsValidName(((char)0xD83D).ToString()));

    [Fact]
    public void Lengths_are_counted_in_bytes_of_utf8()
    {
        Assert.True(StorageObjectId.IsValidName(new string('ä', 512)));
        Assert.False(StorageObjectId.IsValidName(new string('ä', 512) + "a"));
        Assert.True(StorageObjectId.IsValidId(new string('a', 256)));
        Assert.False(StorageObjectId.IsValidId(new string('a', 257)));
    }
}
