using System.Collections.Immutable;
using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The members of an atomic operation's body; those that were left out are null, or empty for lists.</summary>
internal struct AtomicMembers
{
    public ReadOnlyMemory<byte>? Value;
    public double? StartIndex;
    public double? DeleteCount;
    public ImmutableArray<ReadOnlyMemory<byte>> Items = [];
    public ImmutableArray<string> Path = [];
    public long? Ttl;
    public long? UpdatedAt;

    public AtomicMembers()
    {
    }

    /// <summary>Takes the members of the object whose opening brace was read last.</summary>
    public static AtomicMembers Take(ref BodyReader body, ObjectLimits limits)
    {
        var taken = new AtomicMembers();
        var members = new BodyMembers();
        while (members.Next(ref body) is var member and not BodyMember.None)
        {
            _ = member switch
            {
                BodyMember.Value => body.Take(limits.ItemBytes, BodyErrors.ItemTooLarge, out taken.Value),
                BodyMember.StartIndex => body.TakeNumber(BodyErrors.InvalidStartIndex, out taken.StartIndex),
                BodyMember.DeleteCount => body.TakeNumber(BodyErrors.InvalidDeleteCount, out taken.DeleteCount),
                BodyMember.Items => TakeItems(ref body, limits, out taken.Items),
                BodyMember.Path => body.TakePath(limits.JsonDepth, out taken.Path),
                BodyMember.Ttl => body.TakeTtl(out taken.Ttl),
                BodyMember.UpdatedAt => body.TakeUpdatedAt(out taken.UpdatedAt),
                _ => body.Skip(),
            };
        }
        return taken;
    }

    private static bool TakeItems(ref BodyReader body, ObjectLimits limits, out ImmutableArray<ReadOnlyMemory<byte>> items)
    {
        items = [];
        if (body.Token == JsonTokenType.Null)
            return true;
        if (body.Token != JsonTokenType.StartArray)
            return body.Fail(BodyErrors.InvalidItems);
        // They will stand in an array again: what is too large or too deep here is so in the result.
        if (!body.Take(limits.ItemBytes, BodyErrors.ItemTooLarge, out var array))
            return false;
        items = Split(array!.Value, limits.JsonDepth);
        return true;
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> array, int maxDepth)
    {
        var elements = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(array.Span, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(array[start..(int)reader.BytesConsumed]);
        }
        return elements.DrainToImmutable();
    }
}
