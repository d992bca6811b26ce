using System.Net;
using Vaultrice.Gateway.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Quotas;

public sealed class AddressKeyTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "10.1.2.3", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void An_address_is_itself_and_of_IPv6_its_network_of_64_bits(string one, string other, bool same) =>
        Assert.Equal(same, AddressKey.Of(IPAddress.Parse(one)) == AddressKey.Of(IPAddress.Parse(other)));
}
