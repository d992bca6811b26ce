using System.Text.Json;

namespace Vaultrice.Gateway.Http;

/// <summary>Walks over the members of one object in a body: no name comes twice, and members that nobody knows are skipped.</summary>
internal struct BodyMembers
{
    private static readonly (string Name, BodyMember Member)[] Known =
    [
        ("value", BodyMember.Value),
        ("ttl", BodyMember.Ttl),
        ("ifAbsent", BodyMember.IfAbsent),
        ("updatedAt", BodyMember.UpdatedAt),
        ("startIndex", BodyMember.StartIndex),
        ("deleteCount", BodyMember.DeleteCount),
        ("items", BodyMember.Items),
        ("path", BodyMember.Path),
        ("saltLength", BodyMember.SaltLength),
        ("event", BodyMember.Event),
        ("payload", BodyMember.Payload),
        ("connectionId", BodyMember.ConnectionId),
        ("keyVersion", BodyMember.KeyVersion),
        ("auth", BodyMember.Auth),
    ];

    private uint seen;
    private HashSet<string>? others;

    /// <summary>Moves to the value of the next known member.</summary>
    public BodyMember Next(ref BodyReader body)
    {
        while (body.Read() && body.Token == JsonTokenType.PropertyName)
        {
            var member = Find(body);
            if (!(member == BodyMember.None ? NoteOther(ref body) : Note(ref body, member)) || !body.Read())
                break;
            if (member != BodyMember.None)
                return member;
            if (!body.Skip())
                break;
        }
        return BodyMember.None;
    }

    private static BodyMember Find(in BodyReader body)
    {
        foreach (var (name, member) in Known)
        {
            if (body.TextIs(name))
                return member;
        }
        return BodyMember.None;
    }

    private bool Note(ref BodyReader body, BodyMember member)
    {
        var bit = 1u << (int)member;
        if ((seen & bit) != 0)
            return body.Fail(BodyErrors.DuplicateMember);
        seen |= bit;
        return true;
    }

    private bool NoteOther(ref BodyReader body)
    {
        if (!body.TryGetText(out var name))
            return body.Fail(BodyErrors.BrokenMemberName);
        others ??= new HashSet<string>(StringComparer.Ordinal);
        return others.Add(name) || body.Fail(BodyErrors.DuplicateMember);
    }
}
