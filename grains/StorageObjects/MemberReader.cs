using System.Text.Json;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>Where a member's name, quotes included, and its value stand in an object's raw JSON.</summary>
internal readonly record struct Member(Range Name, Range Value);

/// <summary>Walks over the members of a raw object.</summary>
internal ref struct MemberReader
{
    private Utf8JsonReader reader;

    public MemberReader(ReadOnlySpan<byte> json)
    {
        reader = RawJson.Read(json);
        reader.Read();
    }

    /// <summary>Moves to the next member.</summary>
    /// <param name="member">Where it stands.</param>
    /// <param name="text">Its name with all escapes resolved.</param>
    public bool Next(out Member member, out string text)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            (member, text) = (default, "");
            return false;
        }
        text = reader.GetString()!;
        // BytesConsumed already counts the colon.
        var start = (int)reader.TokenStartIndex;
        var name = start..(start + reader.ValueSpan.Length + 2);
        reader.Read();
        start = (int)reader.TokenStartIndex;
        reader.Skip();
        member = new Member(name, start..(int)reader.BytesConsumed);
        return true;
    }
}
