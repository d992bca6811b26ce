using Vaultrice.Gateway.Http;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class ErrorResponsesTests
{
    public static TheoryData<StorageErrorCode> Codes { get; } = [.. Enum.GetValues<StorageErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_has_a_row_that_fits_its_thousand_and_makes_nobody_repeat_a_write(StorageErrorCode code)
    {
        var (status, text) = ErrorResponses.Row(code);
        Assert.Equal((int)code >= 5000, status >= 500);
        Assert.InRange(status, 400, 503);
        Assert.Contains('.', text);
        Assert.DoesNotContain("retry", text, StringComparison.OrdinalIgnoreCase);
    }
}
