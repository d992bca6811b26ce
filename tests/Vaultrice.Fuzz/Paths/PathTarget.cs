using System.Runtime.InteropServices;
using System.Text;
using Vaultrice.Gateway.Http;
using Vaultrice.StorageObjects;

namespace Vaultrice.Fuzz.Paths;

/// <summary>Request targets and the names in them: nothing throws, and a name that is valid arrives as it was sent, however it was escaped.</summary>
internal static class PathTarget
{
    public static readonly FuzzTarget Target = new(
        "paths",
        [
            "/project/p/cache/_undefined_/id/name",
            "/project/p/cache/c/i/a%2Fb/%C3%A4%F0%9F%98%80/increment",
            "/project/p/cache/c/i?prefix=a+b%20c&x",
            "/project/p/cache-query/c/i",
            "/project/p/cache-keys/c/i?prefix=%",
            "/project/p/cache-encryption-rotate/c/i",
            "/project/p/message/c/i",
            "/project/p/presence-list/c/i",
            "/project/p/auth/token",
            "/project/p/ws/c/i?auth=Bearer+a.b.c&idSignature=x",
            "http://localhost:5000/project/p/cache/c/i//../%2e%2E/n?",
            "en:ns:key \u00e4\U0001f600%",
        ],
        [
            "/", "//", "/project/", "/cache/", "/message/", "?", "&", "=", "+", "?prefix=", "&auth=", "http://", "://", "*", "#", " ", "\0",
            "%", "%%", "%2F", "%25", "%00", "%7f", "%C3%A4", "%C3", "%ED%A0%80", "%F0%9F%98%80", "%F0%9F", "%2e", ".", "..", "/./", "/..",
            "increment", "/push", "/set-in", "\u00e4", "\U0001f600", "\u0085", "\ufffd", "\u202e",
        ],
        Run);

    private static readonly string[] Methods = ["GET", "POST", "DELETE", "PUT", ""];

    // As UTF-8, and as UTF-16, where half characters are possible.
    private static int Run(byte[] data) =>
        unchecked((Run(Encoding.UTF8.GetString(data)) * 31) + Run(new string(MemoryMarshal.Cast<byte, char>(data))));

    private static int Run(string text)
    {
        var outcome = Name(text);
        if (RequestTarget.Decode(text) is { } decoded)
            outcome = (outcome * 2) + Name(decoded);
        if (!RequestTarget.TryParse(text, out var target))
            return outcome;

        Demand.That(!target.ProjectId.Contains('/') && !target.Call.Contains('/'), "a segment holds a slash");
        Demand.That(target.Class is not null || target.Id is null, "there is an id without a class");
        Demand.That(target.Id is not null || target.Rest is null, "there is a name without an id");
        _ = target.QueryValue("prefix", plusIsSpace: false);
        _ = target.QueryValue("auth", plusIsSpace: true);
        foreach (var method in Methods)
            outcome = unchecked((outcome * 31) + (int?)Call(target, method) ?? -1);
        return target is { Class: { } @class, Id: { } id } ? unchecked((outcome * 31) + Address(target.ProjectId, @class, id)) : outcome;
    }

    private static ObjectCall? Call(RequestTarget target, string method)
    {
        var call = ObjectsApi.Find(target, method);
        if (call is ObjectCall.GetItem or ObjectCall.SetItem or ObjectCall.RemoveItem or ObjectCall.ApplyOperation)
            Demand.That(target.Rest is not null, "a call on an item has no name");
        else if (call is not (null or ObjectCall.WrongMethod))
            Demand.That(target.Rest is null, "a call on an object has a name");
        if (call == ObjectCall.ApplyOperation)
            Demand.That(target.Rest!.Contains('/'), "an operation has no name before it");
        return call;
    }

    private static int Address(string project, string @class, string id)
    {
        if (!StorageObjectId.IsValidClass(@class) || !StorageObjectId.IsValidId(id))
            return 0;
        CheckText(@class, StorageObjectId.MaxPartBytes);
        CheckText(id, StorageObjectId.MaxPartBytes);
        var address = new StorageObjectId(project, @class, id);
        Demand.That(StorageObjectId.Parse(address.ToString()) == address, "an address changes on its way through its key");
        var sent = $"/project/{project}/cache/{Uri.EscapeDataString(@class)}/{Uri.EscapeDataString(id)}";
        Demand.That(
            RequestTarget.TryParse(sent, out var target) && target.Class == @class && target.Id == id && target.Rest is null,
            "an address changes on its way through a path");
        return 1;
    }

    private static int Name(string name)
    {
        if (!StorageObjectId.IsValidName(name))
            return 0;
        CheckText(name, StorageObjectId.MaxNameBytes);
        CheckArrives(name, Uri.EscapeDataString(name));
        CheckArrives(name, EscapeEveryOther(name));
        if (!name.AsSpan().ContainsAny('%', '?'))
            CheckArrives(name, name);
        return 1;
    }

    private static void CheckText(string text, int maxBytes)
    {
        Demand.That(text.Length > 0 && new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) <= maxBytes, "a name of invalid length passed");
        Demand.That(!text.Any(char.IsControl), "a control character passed");
        Demand.That(!text.Split('/').Any(segment => segment is "." or ".."), "a segment of dots passed");
    }

    private static void CheckArrives(string name, string sent)
    {
        Demand.That(RequestTarget.TryParse($"/project/p/cache/c/i/{sent}?prefix={sent.Replace("&", "%26", StringComparison.Ordinal)}", out var target), "a name breaks a path");
        Demand.That(RequestTarget.Decode(target.Rest) == name, "a name changes on its way through a path");
        Demand.That(target.QueryValue("prefix", plusIsSpace: false) == name, "a name changes on its way through a query");
    }

    private static string EscapeEveryOther(string name)
    {
        var sent = new StringBuilder();
        var escapes = false;
        foreach (var rune in name.EnumerateRunes())
        {
            escapes = !escapes;
            sent.Append(escapes || rune.Value is '%' or '?' ? Uri.EscapeDataString(rune.ToString()) : rune.ToString());
        }
        return sent.ToString();
    }
}
