using System.Text.Json;
using System.Text.Unicode;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>
/// Reads a body strictly, once, front to back. Never throws: the first fault stays in <see cref="Error"/> and ends the reading.
/// </summary>
/// <remarks>Nothing it hands out refers to the body's memory, which may belong to a pool.</remarks>
internal ref struct BodyReader
{
    // What a body wraps around a value: the object itself and, in set many, the one under the item's name.
    private const int EnvelopeDepth = 2;

    private readonly ReadOnlySpan<byte> body;
    private readonly int maxDepth;
    private Utf8JsonReader json;

    public BodyReader(ReadOnlySpan<byte> body, ObjectLimits limits)
    {
        this.body = body;
        maxDepth = limits.JsonDepth;
        // One more than allowed, so that too deep a value is seen as such and not taken for malformed.
        json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = EnvelopeDepth + maxDepth + 1 });
        Error = Utf8.IsValid(body) ? null : BodyErrors.Malformed;
    }

    public StorageError? Error { get; private set; }

    /// <summary>The kind of the token read last.</summary>
    public readonly JsonTokenType Token => json.TokenType;

    /// <summary>Moves to the next token; false at the end and on a fault.</summary>
    public bool Read()
    {
        if (Error is not null)
            return false;
        try
        {
            return json.Read();
        }
        catch (JsonException)
        {
            return Fail(BodyErrors.Malformed);
        }
    }

    /// <summary>Moves to the next token, which must be of a kind.</summary>
    public bool Read(JsonTokenType expected, StorageError otherwise) => Read() && (Token == expected || Fail(otherwise));

    /// <summary>Moves to the end of the value that begins here.</summary>
    public bool Skip()
    {
        try
        {
            json.Skip();
            return true;
        }
        catch (JsonException)
        {
            return Fail(BodyErrors.Malformed);
        }
    }

    /// <summary>Demands that nothing follows, and tells the fault if there was any.</summary>
    public StorageError? Finish()
    {
        Read();
        return Error;
    }

    /// <summary>Notes a fault; always false.</summary>
    public bool Fail(StorageError error)
    {
        Error ??= error;
        return false;
    }

    /// <summary>Says which item the fault is about, unless all of the body is beyond reading.</summary>
    public void BlameItem(string name)
    {
        if (Error is { Code: not StorageErrorCode.InvalidJson } error)
            Error = error with { Items = [name] };
    }

    /// <summary>The text of the string or name here; false when it is not valid Unicode, which is no fault yet.</summary>
    public readonly bool TryGetText(out string text)
    {
        var valid = !json.ValueIsEscaped || JsonEscapes.AreComplete(json.ValueSpan);
        text = valid ? json.GetString()! : "";
        return valid;
    }

    /// <summary>Whether the string or name here has this text.</summary>
    public readonly bool TextIs(ReadOnlySpan<char> text) =>
        (!json.ValueIsEscaped || JsonEscapes.AreComplete(json.ValueSpan)) && json.ValueTextEquals(text);

    /// <summary>The number here; one that no double can hold is infinite.</summary>
    public readonly double GetNumber() => json.TryGetDouble(out var number) ? number : double.PositiveInfinity;

    /// <summary>Takes the value that begins here, any JSON that may be stored, as a copy of its bytes.</summary>
    /// <param name="maxBytes">How many bytes of JSON it may have.</param>
    /// <param name="tooLarge">The fault if it has more.</param>
    public bool Take(int maxBytes, StorageError tooLarge, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        var start = (int)json.TokenStartIndex;
        if (!Walk(out var names))
            return false;
        var raw = body[start..(int)json.BytesConsumed];
        if (raw.Length > maxBytes)
            return Fail(tooLarge);
        var copy = raw.ToArray();
        if (names > 1 && HasDuplicates(copy))
            return Fail(BodyErrors.DuplicateMember);
        value = new ReadOnlyMemory<byte>(copy);
        return true;
    }

    private bool Walk(out int names)
    {
        names = 0;
        if (Token is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            return true;
        var outside = json.CurrentDepth;
        do
        {
            if (Token is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                if (json.CurrentDepth - outside >= maxDepth)
                    return Fail(BodyErrors.TooDeep);
            }
            else if (Token == JsonTokenType.PropertyName)
            {
                names++;
                if (json.ValueIsEscaped && !JsonEscapes.AreComplete(json.ValueSpan))
                    return Fail(BodyErrors.BrokenMemberName);
            }
            if (!Read())
                return false;
        }
        while (json.CurrentDepth > outside);
        return true;
    }

    private readonly bool HasDuplicates(byte[] value)
    {
        try
        {
            JsonDocument.Parse(value, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = maxDepth }).Dispose();
            return false;
        }
        catch (JsonException)
        {
            // The value is known to be well-formed: nothing else can be wrong with it.
            return true;
        }
    }
}
