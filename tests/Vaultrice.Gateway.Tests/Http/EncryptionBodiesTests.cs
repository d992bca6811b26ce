using Vaultrice.Gateway.Http;
using Xunit;
using static Vaultrice.Gateway.Tests.Http.BodyText;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class EncryptionBodiesTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("{}", null)]
    [InlineData("{\"saltLength\":null,\"x\":{}}", null)]
    [InlineData("{\"saltLength\":1}", 1)]
    [InlineData("{\"saltLength\":1024.0}", 1024)]
    public void The_salts_length_may_be_given(string body, int? saltLength)
    {
        var result = EncryptionBodies.ReadSaltLength(Bytes(body), Limits);
        Assert.Null(result.Error);
        Assert.Equal(saltLength, result.Value);
    }

    [Theory]
    [InlineData("{\"saltLength\":0}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"saltLength\":1025}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"saltLength\":1.5}", StorageErrorCode.InvalidArgument)]
    [InlineData("{\"saltLength\":\"16\"}", StorageErrorCode.InvalidArgument)]
    [InlineData("[]", StorageErrorCode.InvalidArgument)]
    [InlineData("{", StorageErrorCode.InvalidJson)]
    [InlineData("{\"saltLength\":16,\"saltLength\":16}", StorageErrorCode.InvalidJson)]
    public void Another_form_is_refused(string body, StorageErrorCode code) =>
        Assert.Equal(code, Refused(EncryptionBodies.ReadSaltLength(Bytes(body), Limits)));
}
