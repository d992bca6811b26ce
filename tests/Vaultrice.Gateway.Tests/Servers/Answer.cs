using System.Text.Json;
using Xunit;

namespace Vaultrice.Gateway.Tests.Servers;

/// <summary>What a server answered.</summary>
/// <param name="Status">The status code; 0 when the connection was closed without an answer.</param>
/// <param name="Headers">The headers, names in lower case.</param>
/// <param name="Body">The body as text.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? ContentType => this["content-type"];

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>The raw text of an item's value.</summary>
    public string Value => Json.GetProperty("value").GetRawText();

    public long UpdatedAt => Json.GetProperty("updatedAt").GetInt64();

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>Asserts success, telling the body otherwise.</summary>
    public Answer Ok(int status = 200)
    {
        Assert.True(Status == status, $"{status} was expected, {Status} came: {Body}");
        return this;
    }

    /// <summary>Asserts a refusal in the protocol's shape.</summary>
    public Answer Refused(int status, string code)
    {
        Assert.True(Status == status, $"{status} was expected, {Status} came: {Body}");
        AssertErrorShape();
        Assert.Equal(code, Json.GetProperty("cause").GetProperty("code").GetString());
        return this;
    }

    /// <summary>Asserts any refusal that is the client's fault, in the protocol's shape.</summary>
    public Answer Refused()
    {
        Assert.True(Status is >= 400 and < 500, $"A refusal was expected, {Status} came: {Body}");
        AssertErrorShape();
        return this;
    }

    private void AssertErrorShape()
    {
        Assert.StartsWith("application/json", ContentType, StringComparison.Ordinal);
        Assert.Equal(["cause", "message", "name"], Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.NotEmpty(Json.GetProperty("message").GetString()!);
        var code = Json.GetProperty("cause").GetProperty("code").GetString()!;
        Assert.StartsWith(Json.GetProperty("name").GetString()! + ".", code, StringComparison.Ordinal);
        // The SDK repeats requests by these words.
        foreach (var word in new[] { "internal server error", "please retry", "try again later", "temporarily unavailable", "retry" })
            Assert.DoesNotContain(word, Body, StringComparison.OrdinalIgnoreCase);
    }
}
