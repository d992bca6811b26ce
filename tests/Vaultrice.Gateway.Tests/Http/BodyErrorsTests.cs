using System.Reflection;
using Vaultrice.Gateway.Http;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

public sealed class BodyErrorsTests
{
    public static TheoryData<string> Messages =>
        [.. typeof(BodyErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => ((StorageError)f.GetValue(null)!).Message)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_a_sentence_that_does_not_make_the_sdk_repeat_the_request(string message)
    {
        Assert.EndsWith(".", message);
        foreach (var word in (string[])["internal server error", "please retry", "try again", "temporarily unavailable"])
            Assert.DoesNotContain(word, message, StringComparison.OrdinalIgnoreCase);
    }
}
