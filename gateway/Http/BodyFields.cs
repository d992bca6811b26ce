using System.Text.Json;

namespace Vaultrice.Gateway.Http;

/// <summary>Takes the values of members that are no JSON to be stored; JSON null always counts as left out.</summary>
/// <remarks>Each stands on its value's first token and returns false, with the fault noted, when the value will not do.</remarks>
internal static class BodyFields
{
    // Far beyond anybody's lifetime, and low enough that a time plus a ttl stays exact in JavaScript (below 2^53).
    private const double MaxTtl = 8.6e15;
    private const double MaxExact = 1L << 53;

    /// <summary>A time to live in ms; fractions are cut off.</summary>
    public static bool TakeTtl(this ref BodyReader body, out long? ttl)
    {
        ttl = null;
        if (!body.TakeNumber(BodyErrors.InvalidTtl, out var number) || number is null)
            return body.Error is null;
        if (number is not (>= 1 and <= MaxTtl))
            return body.Fail(BodyErrors.InvalidTtl);
        ttl = (long)number;
        return true;
    }

    /// <summary>A whole number within bounds.</summary>
    public static bool TakeWhole(this ref BodyReader body, double min, double max, StorageError otherwise, out long? whole)
    {
        whole = null;
        if (!body.TakeNumber(otherwise, out var number) || number is null)
            return body.Error is null;
        if (number < min || number > max || number != Math.Truncate(number.Value))
            return body.Fail(otherwise);
        whole = (long)number;
        return true;
    }

    public static bool TakeUpdatedAt(this ref BodyReader body, out long? updatedAt) =>
        body.TakeWhole(-MaxExact, MaxExact, BodyErrors.InvalidUpdatedAt, out updatedAt);

    public static bool TakeNumber(this ref BodyReader body, StorageError otherwise, out double? number)
    {
        number = body.Token == JsonTokenType.Number ? body.GetNumber() : null;
        return body.Token is JsonTokenType.Number or JsonTokenType.Null || body.Fail(otherwise);
    }

    public static bool TakeFlag(this ref BodyReader body, StorageError otherwise, out bool flag)
    {
        flag = body.Token == JsonTokenType.True;
        return body.Token is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null || body.Fail(otherwise);
    }

    public static bool TakeText(this ref BodyReader body, StorageError otherwise, out string? text)
    {
        text = null;
        return body.Token == JsonTokenType.Null
            || (body.Token == JsonTokenType.String && body.TryGetText(out text))
            || body.Fail(otherwise);
    }
}
