using System.Text;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Gateway.Tests.Http;

/// <summary>Bodies from text, small limits, and results as text.</summary>
internal static class BodyText
{
    public static readonly ObjectLimits Limits = new() { ItemBytes = 40, MessageBytes = 30, PresenceBytes = 20, JsonDepth = 4 };

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    public static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    /// <summary>A JSON string that takes this many bytes.</summary>
    public static string Sized(int bytes) => $"\"{new string('x', bytes - 2)}\"";

    public static T Accepted<T>(StorageResult<T> result)
    {
        Assert.True(result.Succeeded, result.Error?.Message);
        return result.Value;
    }

    public static StorageErrorCode Refused<T>(StorageResult<T> result)
    {
        Assert.False(result.Succeeded, "It was accepted.");
        return result.Error.Code;
    }
}
