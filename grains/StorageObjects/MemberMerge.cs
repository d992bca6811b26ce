using System.Buffers;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// Merge, shallow: members that exist are overwritten in their place, new ones follow in the order they were sent.
/// JavaScript would move names that are whole numbers to the front; here they stay where they are.
/// </summary>
internal static class MemberMerge
{
    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();

    public static StorageResult<ReadOnlyMemory<byte>> Apply(Merge merge, ReadOnlyMemory<byte>? present, int maxDepth)
    {
        var value = present ?? Empty;
        var target = value.Span;
        if (!RawJson.IsObject(target))
            return AtomicRefusals.NotAnObject;
        var members = merge.Members.Span;
        if (!RawJson.IsObject(members))
            return AtomicRefusals.NotMembers;
        if (RawJson.Depth(members) > maxDepth)
            return AtomicRefusals.TooDeep;

        var changes = new Dictionary<string, Member>(StringComparer.Ordinal);
        var reader = new MemberReader(members);
        while (reader.Next(out var member, out var name))
            changes[name] = member;
        if (changes.Count == 0)
            return value;
        var merged = Overwrite(target, members, changes);
        return changes.Count == 0 ? merged.ToArray() : RawJson.Append(merged, Added(members, changes));
    }

    /// <summary>The target with the changed members' new values; takes the changes made out of the list.</summary>
    private static ReadOnlySpan<byte> Overwrite(
        ReadOnlySpan<byte> target, ReadOnlySpan<byte> members, Dictionary<string, Member> changes)
    {
        var output = new ArrayBufferWriter<byte>(target.Length + members.Length);
        var copied = 0;
        var reader = new MemberReader(target);
        while (changes.Count > 0 && reader.Next(out var member, out var name))
        {
            if (!changes.Remove(name, out var change))
                continue;
            output.Write(target[copied..member.Value.Start]);
            output.Write(members[change.Value]);
            copied = member.Value.End.Value;
        }
        output.Write(target[copied..]);
        return output.WrittenSpan;
    }

    /// <summary>The changes that are left, as members in the order they were sent.</summary>
    private static ReadOnlySpan<byte> Added(ReadOnlySpan<byte> members, Dictionary<string, Member> changes)
    {
        var output = new ArrayBufferWriter<byte>(members.Length);
        var reader = new MemberReader(members);
        while (reader.Next(out _, out var name))
        {
            if (!changes.Remove(name, out var change))
                continue;
            if (output.WrittenCount > 0)
                output.Write(","u8);
            output.Write(members[change.Name]);
            output.Write(":"u8);
            output.Write(members[change.Value]);
        }
        return output.WrittenSpan;
    }
}
