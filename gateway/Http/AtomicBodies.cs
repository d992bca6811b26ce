using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The bodies of atomic operations.</summary>
internal static class AtomicBodies
{
    /// <summary>
    /// <c>{value}</c>; for splice <c>{startIndex, deleteCount?, items?}</c>, for set-in <c>{path, value}</c>; always with <c>ttl?, updatedAt?</c>.
    /// </summary>
    /// <param name="operation">The last segment of the call's path: <c>increment</c>, <c>set-in</c> and so on.</param>
    public static StorageResult<AtomicOperation> Read(string operation, ReadOnlySpan<byte> json, ObjectLimits limits)
    {
        var body = new BodyReader(json, limits);
        var members = new AtomicMembers();
        if (body.Read(JsonTokenType.StartObject, BodyErrors.NotAnObject))
            members = AtomicMembers.Take(ref body, limits);
        if (body.Finish() is { } error)
            return error;
        return operation switch
        {
            "increment" => Increment(members, subtract: false),
            "decrement" => Increment(members, subtract: true),
            "push" => Push(members),
            "merge" => Merge(members),
            "splice" => Splice(members),
            "set-in" => SetIn(members),
            _ => BodyErrors.UnknownOperation,
        };
    }

    private static StorageResult<AtomicOperation> Increment(in AtomicMembers members, bool subtract) =>
        members.Value is { } amount && (amount.Span[0] == '-' || char.IsAsciiDigit((char)amount.Span[0]))
            ? new Increment(amount, subtract, members.Ttl, members.UpdatedAt)
            : BodyErrors.AmountNotANumber;

    private static StorageResult<AtomicOperation> Push(in AtomicMembers members) =>
        members.Value is { } element ? new Push(element, members.Ttl, members.UpdatedAt) : BodyErrors.NoValue;

    private static StorageResult<AtomicOperation> Merge(in AtomicMembers members) =>
        members.Value is { } value && value.Span[0] == '{'
            ? new Merge(value, members.Ttl, members.UpdatedAt)
            : BodyErrors.MembersNotAnObject;

    // Without a count JavaScript removes everything to the end.
    private static StorageResult<AtomicOperation> Splice(in AtomicMembers members) =>
        members.StartIndex is { } startIndex
            ? new Splice(startIndex, members.DeleteCount ?? double.PositiveInfinity, members.Items, members.Ttl, members.UpdatedAt)
            : BodyErrors.InvalidStartIndex;

    private static StorageResult<AtomicOperation> SetIn(in AtomicMembers members)
    {
        if (members.Path.IsEmpty)
            return BodyErrors.InvalidPath;
        return members.Value is { } value
            ? new SetIn(members.Path, value, members.Ttl, members.UpdatedAt)
            : BodyErrors.NoValue;
    }
}
