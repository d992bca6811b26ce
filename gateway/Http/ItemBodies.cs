using System.Collections.Immutable;
using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The bodies of set, set many, get many and remove many.</summary>
internal static class ItemBodies
{
    /// <summary><c>{value, ttl?, ifAbsent?, updatedAt?}</c></summary>
    /// <param name="keyVersion">The version of the encryption settings the value was encrypted with, or null.</param>
    public static StorageResult<ItemWrite> ReadWrite(ReadOnlySpan<byte> json, int? keyVersion, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        ItemWrite? write = null;
        if (body.Read(JsonTokenType.StartObject, BodyErrors.NotAnObject))
            write = TakeWrite(ref body, keyVersion, limits);
        return body.Finish() is { } error ? error : write!;
    }

    /// <summary><c>{name: {value, ttl?, ifAbsent?, updatedAt?}, …}</c>; an error in one of them names it.</summary>
    /// <param name="keyVersion">The version of the encryption settings the values were encrypted with, or null.</param>
    public static StorageResult<ImmutableArray<NamedWrite>> ReadWrites(ReadOnlySpan<byte> json, int? keyVersion, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        var writes = ImmutableArray.CreateBuilder<NamedWrite>();
        if (body.Read(JsonTokenType.StartObject, BodyErrors.NotAnObject))
            TakeWrites(ref body, keyVersion, limits, writes);
        return body.Finish() is { } error ? error : writes.DrainToImmutable();
    }

    /// <summary><c>["name", …]</c>; a name that comes twice counts once.</summary>
    public static StorageResult<ImmutableArray<string>> ReadNames(ReadOnlySpan<byte> json, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        var names = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        body.Read(JsonTokenType.StartArray, BodyErrors.NotNames);
        while (body.Read() && body.Token != JsonTokenType.EndArray)
        {
            if (body.Token != JsonTokenType.String)
                body.Fail(BodyErrors.NotNames);
            else if (TakeName(ref body, out var name))
                names.TryAdd(name, true);
        }
        return body.Finish() is { } error ? error : names.Keys.ToImmutableArray();
    }

    private static void TakeWrites(
        ref BodyReader body, int? keyVersion, ObjectLimits limits, ImmutableArray<NamedWrite>.Builder writes)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (body.Read() && body.Token == JsonTokenType.PropertyName)
        {
            if (!TakeName(ref body, out var name))
                return;
            if (!names.Add(name))
            {
                body.Fail(BodyErrors.DuplicateMember);
                return;
            }
            if (!body.Read(JsonTokenType.StartObject, BodyErrors.NotAWrite) || TakeWrite(ref body, keyVersion, limits) is not { } write)
            {
                body.BlameItem(name);
                return;
            }
            writes.Add(new NamedWrite(name, write));
        }
        if (writes.Count == 0)
            body.Fail(BodyErrors.NoItems);
    }

    /// <summary>The write whose opening brace was read last; null on a fault.</summary>
    private static ItemWrite? TakeWrite(ref BodyReader body, int? keyVersion, ObjectLimits limits)
    {
        ReadOnlyMemory<byte>? value = null;
        long? ttl = null;
        long? updatedAt = null;
        var ifAbsent = false;
        var members = new BodyMembers();
        while (members.Next(ref body) is var member and not BodyMember.None)
        {
            var taken = member switch
            {
                BodyMember.Value => body.Take(limits.ItemBytes, BodyErrors.ItemTooLarge, out value),
                BodyMember.Ttl => body.TakeTtl(out ttl),
                BodyMember.UpdatedAt => body.TakeUpdatedAt(out updatedAt),
                BodyMember.IfAbsent => body.TakeFlag(BodyErrors.InvalidIfAbsent, out ifAbsent),
                _ => body.Skip(),
            };
            if (!taken)
                return null;
        }
        if (value is null)
            body.Fail(BodyErrors.NoValue);
        return body.Error is null ? new ItemWrite(value!.Value, ttl, ifAbsent, updatedAt, keyVersion) : null;
    }

    private static bool TakeName(ref BodyReader body, out string name) =>
        (body.TryGetText(out name) && StorageObjectId.IsValidName(name)) || body.Fail(BodyErrors.InvalidName);
}
