using Vaultrice.Gateway.Access.Identities;
using Xunit;

namespace Vaultrice.Gateway.Tests.Access.Identities;

public sealed class IdentityProofTests
{
    [Theory]
    [InlineData("""{"token":"t"}""", "t", null)]
    [InlineData("""{"signature":"s"}""", null, "s")]
    [InlineData("""{"identityToken":"t","userIdSignature":"s"}""", "t", "s")]
    [InlineData("\"text\"", "text", "text")]
    [InlineData("""{"token":""}""", null, null)]
    [InlineData("""{"token":1,"signature":null}""", null, null)]
    [InlineData("""{"token":"\ud800"}""", null, null)]
    [InlineData("\"\\udfff\"", null, null)]
    [InlineData("{}", null, null)]
    [InlineData("[\"t\"]", null, null)]
    [InlineData("1", null, null)]
    [InlineData(null, null, null)]
    public void The_proof_of_a_frame_is_read_leniently(string? auth, string? token, string? signature) =>
        Assert.Equal(new IdentityProof(token, signature), IdentityProof.Of(auth));
}
